import { keyArgument, readValue, ttlFlag, type ValueSource, valueArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { type KeySetRequest, ttlFromFlag } from '../../model/v2/keys.js';

export interface UpdateOptions {
  readonly key: string;
  readonly value: ValueSource;
  readonly ttlSeconds: bigint;
}

export function registerUpdate(parent: V2CommandParent, run = runUpdate): void {
  parent.command({
    name: 'update',
    usage: '<key> <value>',
    summary: 'Update the value of an existing key',
    description: 'Without a value argument, the value is read from standard input.',
    examples: ['etcdctl update /config/mode busy'],
    flags: { ttl: ttlFlag },
    callFailure: 'server',
    successor: 'etcdctl put',
    hasFormats: true,
    toOptions: (args, { ttl }): UpdateOptions => ({
      key: keyArgument(args),
      value: valueArgument(args),
      ttlSeconds: ttlFromFlag(ttl),
    }),
    run,
  });
}

export function toUpdateRequest({ key, ttlSeconds }: UpdateOptions, value: string): KeySetRequest {
  return { key, value, ttlSeconds, mustExist: true };
}

export async function runUpdate(options: UpdateOptions, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const value = await readValue(options.value, context);
  const response = await keys.set(toUpdateRequest(options, value), { signal: context.deadline() });
  await context.emit({ kind: 'key', response });
}
