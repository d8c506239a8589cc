import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import {
  type PutOptions,
  putFlags,
  toPutOptions,
  toPutRequest,
  wrongPutArguments,
} from '../../cli/kv/put.js';
import { readAll } from '../../cli/stdin.js';
import { UsageError } from '../../model/errors.js';

export { type PutOptions, toPutRequest };

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

export async function runPut(options: PutOptions, context: CommandContext): Promise<void> {
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
