/** The preparation and the clean-up of the checks: keys that exist before, deletion, compaction and defragmentation after. */
import type { CommandContext } from '../../../cli/context.js';
import { quoteGo } from '../../../go/quote.js';
import { UsageError } from '../../../model/errors.js';
import { prefixRange } from '../../../model/key-range.js';
import type { Client } from '../../../model/services.js';

/** The timeout of the first request, and therefore the time until an unreachable cluster is reported. */
const FIRST_REQUEST_TIMEOUT_MS = 60_000;

/** The timeout of each request after the check (ctlv3/command/util.go `compact`, `defrag`). */
const CLEAN_UP_TIMEOUT_MS = 30_000;

/** Whether the prefix has keys already. The check would delete them at its end. */
export async function hasKeys(prefix: Uint8Array, client: Client, signal: AbortSignal): Promise<boolean> {
  const { kvs } = await client.kv.range(
    { ...prefixRange(prefix), limit: 1n },
    { signal, timeoutMs: FIRST_REQUEST_TIMEOUT_MS },
  );
  return kvs.length > 0;
}

/** `advice` is the command that deletes the keys. */
export function prefixInUse(prefix: Uint8Array, advice: string): UsageError {
  return new UsageError(`prefix ${quoteGo(prefix)} has keys. Delete with ${advice} first`, 'input');
}

/** Deletes the keys, also after an abort of the command's signal. Returns the revision of the deletion. */
export async function deleteKeys(
  prefix: Uint8Array,
  client: Client,
  timeoutMs: number | null = CLEAN_UP_TIMEOUT_MS,
): Promise<bigint> {
  const { header } = await client.kv.deleteRange(prefixRange(prefix), { timeoutMs });
  return header?.revision ?? 0n;
}

export async function compact(revision: bigint, client: Client, context: CommandContext): Promise<void> {
  await printLine(`Compacting with revision ${revision}`, context);
  await client.kv.compact({ revision, physical: true }, { timeoutMs: CLEAN_UP_TIMEOUT_MS });
  await printLine(`Compacted with revision ${revision}`, context);
}

export async function defragment(context: CommandContext): Promise<void> {
  for (const endpoint of context.endpoints) {
    const name = quoteGo(Buffer.from(endpoint));
    await printLine(`Defragmenting ${name}`, context);
    const client = await context.connect([endpoint]);
    await client.maintenance.defragment({}, { timeoutMs: CLEAN_UP_TIMEOUT_MS });
    await printLine(`Defragmented ${name}`, context);
  }
}

/** Prints one line on stdout, without waiting for the end of the command. */
export function printLine(line: string, context: CommandContext): Promise<void> {
  return context.emit({ kind: 'text', text: `${line}\n` });
}
