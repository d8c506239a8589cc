/** What a check finds before it writes, and what it leaves behind. */
import type { CommandContext } from '../../../cli/context.js';
import { quoteGo } from '../../../go/quote.js';
import { UsageError } from '../../../model/errors.js';
import { prefixRange } from '../../../model/key-range.js';
import type { Client } from '../../../model/services.js';

/** How long the first question may take, and thereby how long a cluster that cannot be reached is waited for. */
const FIRST_ANSWER_MS = 60_000;

/** For each request after the check (ctlv3/command/util.go `compact`, `defrag`). */
const TIDYING_MS = 30_000;

/** Whether a key is there already: what is under the prefix will be deleted. */
export async function hasKeys(prefix: Uint8Array, client: Client, signal: AbortSignal): Promise<boolean> {
  const { kvs } = await client.kv.range(
    { ...prefixRange(prefix), limit: 1n },
    { signal, timeoutMs: FIRST_ANSWER_MS },
  );
  return kvs.length > 0;
}

/** `advice` is the command that deletes the keys. */
export function prefixInUse(prefix: Uint8Array, advice: string): UsageError {
  return new UsageError(`prefix ${quoteGo(prefix)} has keys. Delete with ${advice} first`, 'input');
}

/** Deletes the keys and gives the revision at which it did. An abort does not keep it from that. */
export async function deleteKeys(
  prefix: Uint8Array,
  client: Client,
  timeoutMs: number | null = TIDYING_MS,
): Promise<bigint> {
  const { header } = await client.kv.deleteRange(prefixRange(prefix), { timeoutMs });
  return header?.revision ?? 0n;
}

export async function compact(revision: bigint, client: Client, context: CommandContext): Promise<void> {
  await say(`Compacting with revision ${revision}`, context);
  await client.kv.compact({ revision, physical: true }, { timeoutMs: TIDYING_MS });
  await say(`Compacted with revision ${revision}`, context);
}

export async function defragment(context: CommandContext): Promise<void> {
  for (const endpoint of context.endpoints) {
    const name = quoteGo(Buffer.from(endpoint));
    await say(`Defragmenting ${name}`, context);
    const client = await context.connect([endpoint]);
    await client.maintenance.defragment({}, { timeoutMs: TIDYING_MS });
    await say(`Defragmented ${name}`, context);
  }
}

/** One line on stdout, at once. */
export function say(line: string, context: CommandContext): Promise<void> {
  return context.emit({ kind: 'text', text: `${line}\n` });
}
