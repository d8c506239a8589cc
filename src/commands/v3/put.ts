import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, stringFlag } from '../../cli/flags.js';
import { readAll } from '../../cli/stdin.js';
import { bytesFromText } from '../../model/bytes.js';
import { UsageError } from '../../model/errors.js';
import { parseInt64 } from '../../model/go/number.js';
import type { PutRequest } from '../../model/messages.js';

const WRONG_ARGUMENTS = 'put command needs 1 argument and input from stdin or 2 arguments';

export interface PutOptions {
  readonly key: Uint8Array;
  /** `stdin`: to be read there; `keep`: the key's present value stays. */
  readonly value: Uint8Array | 'stdin' | 'keep';
  readonly lease: bigint;
  readonly prevKv: boolean;
  readonly ignoreLease: boolean;
}

const flags = {
  lease: stringFlag('0', 'attach the key to the lease with this id (hexadecimal)'),
  'prev-kv': boolFlag(false, 'also print the key and value as they were before'),
  'ignore-value': boolFlag(false, 'keep the present value, change only the lease'),
  'ignore-lease': boolFlag(false, 'keep the present lease, change only the value'),
};

export function registerPut(parent: CommandParent, run = runPut): void {
  parent.command({
    name: 'put',
    group: 'kv',
    usage: '<key> [value]',
    summary: 'Store a value under a key',
    description: [
      'Without a value argument, the value is all of standard input, byte for byte:',
      '  etcdctl put config < config.json',
      'A value that begins with a dash comes after two dashes:',
      '  etcdctl put -- offset -5',
    ].join('\n'),
    flags,
    deadline: 'command-timeout',
    result: 'put',
    toOptions(args, given): PutOptions {
      const [key, value] = args;
      if (key === undefined) throw new UsageError(WRONG_ARGUMENTS);
      if (given['ignore-value'] && value !== undefined) {
        throw new UsageError("put command needs only 1 argument when 'ignore-value' is set");
      }
      return {
        key: bytesFromText(key),
        value: given['ignore-value'] ? 'keep' : value === undefined ? 'stdin' : bytesFromText(value),
        lease: parseLeaseId(given.lease),
        prevKv: given['prev-kv'],
        ignoreLease: given['ignore-lease'],
      };
    },
    run,
  });
}

function parseLeaseId(text: string): bigint {
  try {
    return parseInt64(text, 16);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`bad lease ID (${why}), expecting ID in Hex`, 'arguments', { cause });
  }
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
  const value = await valueToPut(options, context);
  const client = await context.connect();
  const response = await client.kv.put(toPutRequest(options, value), { signal: context.signal });
  await context.emit({ kind: 'put', response });
}

async function valueToPut({ value }: PutOptions, context: CommandContext): Promise<Uint8Array> {
  if (value === 'keep') return new Uint8Array(0);
  if (value !== 'stdin') return value;
  const read = await readAll(context.stdin);
  if (read.length === 0) throw new UsageError(WRONG_ARGUMENTS);
  return read;
}
