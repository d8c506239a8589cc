import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, type FlagValues, stringFlag } from '../../cli/flags.js';
import { readAll } from '../../cli/stdin.js';
import { bytesFromText } from '../../go/bytes.js';
import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';
import type { PutRequest } from '../../model/messages/kv.js';
import { parseLeaseId } from '../kv/lease-id.js';

/** The options of `put`, on the command line or as a request of a transaction. */
export interface PutOptions {
  readonly key: Uint8Array;
  /** `stdin`: read it from standard input; `keep`: keep the current value (`--ignore-value`). */
  readonly value: Uint8Array | 'stdin' | 'keep';
  readonly lease: bigint;
  readonly prevKv: boolean;
  readonly ignoreLease: boolean;
  /** Arguments after the value, which are ignored; absent: none. */
  readonly surplus?: readonly string[];
}

export const putFlags = {
  lease: stringFlag('0', 'ID of the lease to attach to the key, in hexadecimal'),
  'prev-kv': boolFlag(false, 'also print the previous key-value pair'),
  'ignore-value': boolFlag(false, 'keep the current value and change only the lease'),
  'ignore-lease': boolFlag(false, 'keep the current lease and change only the value'),
};

export function registerPut(parent: CommandParent, run = runPut): void {
  parent.command({
    name: 'put',
    group: 'kv',
    usage: '<key> [value]',
    summary: 'Set the value of a key',
    description: [
      'Without a value argument, the value is read from standard input, byte for byte.',
      'Write -- before a value that begins with a dash.',
    ].join('\n'),
    examples: [
      'etcdctl put config ready',
      'etcdctl put config < config.json',
      '# Attach the key to a lease',
      'etcdctl put session/1 host-a --lease=694d77aa9e38260f',
      '# Put a value that begins with a dash',
      'etcdctl put -- offset -5',
    ],
    flags: putFlags,
    deadline: 'command-timeout',
    result: 'put',
    toOptions: toPutOptions,
    run,
  });
}

export function toPutOptions(args: readonly string[], given: FlagValues<typeof putFlags>): PutOptions {
  const [key, value] = args;
  if (key === undefined) throw wrongPutArguments();
  if (given['ignore-value'] && value !== undefined) {
    throw new UsageError("put command needs only 1 argument when 'ignore-value' is set");
  }
  return {
    key: bytesFromText(key),
    value: given['ignore-value'] ? 'keep' : value === undefined ? 'stdin' : bytesFromText(value),
    lease: parseLeaseId(given.lease, 'lease ID'),
    prevKv: given['prev-kv'],
    ignoreLease: given['ignore-lease'],
    ...(args.length > 2 && { surplus: args.slice(2) }),
  };
}

/** The error for a missing key, and for a value that is missing or cannot be read from standard input. */
export function wrongPutArguments(reasons: readonly string[] = []): UsageError {
  const message = 'put command needs 1 argument and input from stdin or 2 arguments';
  return new UsageError(message, 'arguments', { reasons });
}

export function toPutRequest(options: PutOptions, value: Uint8Array): PutRequest {
  return {
    key: options.key,
    value,
    lease: options.lease,
    prevKv: options.prevKv,
    ignoreValue: options.value === 'keep',
    ignoreLease: options.ignoreLease,
  };
}

export async function runPut(options: PutOptions, context: CommandContext): Promise<void> {
  const [first] = options.surplus ?? [];
  if (first !== undefined) {
    context.notices.hint(
      `warning: the argument ${quoteGo(bytesFromText(first))} is ignored: quote a value with spaces`,
    );
  }
  const value = await valueToPut(options, context);
  const client = await context.connect();
  const response = await client.kv.put(toPutRequest(options, value), { signal: context.signal });
  await context.emit({ kind: 'put', response });
}

async function valueToPut({ value }: PutOptions, context: CommandContext): Promise<Uint8Array> {
  if (value === 'keep') return new Uint8Array(0);
  if (value !== 'stdin') return value;
  const read = await readAll(context.stdin).catch((cause) => {
    if (cause instanceof UsageError) throw wrongPutArguments([cause.message]);
    throw cause;
  });
  if (read.length === 0) throw wrongPutArguments();
  return read;
}
