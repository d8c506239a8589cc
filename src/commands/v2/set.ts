import { int64Flag, stringFlag } from '../../cli/flags.js';
import { keyArgument, readValue, type ValueSource, valueArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent } from '../../cli/v2/command.js';
import type { V2Context } from '../../cli/v2/context.js';
import { ttlFlag } from '../../cli/v2/flags.js';
import { indexFromFlag, type KeySetRequest, ttlFromFlag } from '../../model/v2/keys.js';

export interface SetOptions {
  readonly key: string;
  readonly value: ValueSource;
  readonly ttlSeconds: bigint;
  /** Empty: whatever the value is now. */
  readonly previousValue: string;
  /** 0: whatever the index is now. */
  readonly previousIndex: bigint;
}

export function registerSet(parent: V2CommandParent, run = runSet): void {
  parent.command({
    name: 'set',
    usage: '<key> <value>',
    summary: 'Give a key a value',
    description: [
      'Without a value, standard input is the value. A key that begins with a dash comes after --:',
      '  etcdctl set -- -key value',
    ].join('\n'),
    flags: {
      ttl: ttlFlag,
      'swap-with-value': stringFlag('', 'only if this is the value so far'),
      'swap-with-index': int64Flag(0n, 'only if the key was changed last at this index'),
    },
    callFailure: 'server',
    successor: 'etcdctl put',
    hasFormats: true,
    toOptions: (args, flags): SetOptions => ({
      key: keyArgument(args),
      value: valueArgument(args),
      ttlSeconds: ttlFromFlag(flags.ttl),
      previousValue: flags['swap-with-value'],
      previousIndex: indexFromFlag(flags['swap-with-index']),
    }),
    run,
  });
}

export function toSetRequest(options: SetOptions, value: string): KeySetRequest {
  const { key, ttlSeconds, previousValue, previousIndex } = options;
  return { key, value, ttlSeconds, previousValue, previousIndex };
}

export async function runSet(options: SetOptions, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const value = await readValue(options.value, context);
  const response = await keys.set(toSetRequest(options, value), { signal: context.deadline() });
  await context.emit({ kind: 'key', response });
}
