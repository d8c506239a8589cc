import { int64Flag, stringFlag } from '../../cli/flags.js';
import { keyArgument, readValue, ttlFlag, type ValueSource, valueArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { indexFromFlag, type KeySetRequest, ttlFromFlag } from '../../model/v2/keys.js';

export interface SetOptions {
  readonly key: string;
  readonly value: ValueSource;
  readonly ttlSeconds: bigint;
  /** Set the key only if it has this value; empty: no condition. */
  readonly previousValue: string;
  /** Set the key only if it has this modified index; 0: no condition. */
  readonly previousIndex: bigint;
}

export function registerSet(parent: V2CommandParent, run = runSet): void {
  parent.command({
    name: 'set',
    usage: '<key> <value>',
    summary: 'Set the value of a key',
    description: [
      'Without a value argument, the value is read from standard input. Write -- before a key that begins',
      'with a dash.',
    ].join('\n'),
    examples: [
      'etcdctl set /config/mode ready --ttl 60',
      '# Set the value only if the current value is ready',
      'etcdctl set /config/mode busy --swap-with-value ready',
      'etcdctl set -- -key value',
    ],
    flags: {
      ttl: ttlFlag,
      'swap-with-value': stringFlag('', 'set the value only if this is the current value'),
      'swap-with-index': int64Flag(0n, 'set the value only if this is the modified index of the key'),
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
