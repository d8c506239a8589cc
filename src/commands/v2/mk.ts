import { boolFlag } from '../../cli/flags.js';
import { keyArgument, readValue, ttlFlag, type ValueSource, valueArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import {
  type KeyCreateInOrderRequest,
  type KeySetRequest,
  type KeysResponse,
  ttlFromFlag,
} from '../../model/v2/keys.js';
import type { V2Client } from '../../model/v2/services.js';

export interface MkOptions {
  /** With `isInOrder`, the directory in which the server creates a key. */
  readonly key: string;
  readonly isInOrder: boolean;
  readonly value: ValueSource;
  readonly ttlSeconds: bigint;
}

export function registerMk(parent: V2CommandParent, run = runMk): void {
  parent.command({
    name: 'mk',
    usage: '<key> <value>',
    summary: 'Create a key',
    description: 'Fails if the key exists. Without a value argument, the value is read from standard input.',
    examples: [
      'etcdctl mk /config/mode ready',
      '# Create a key with the next number in the directory /queue',
      'etcdctl mk --in-order /queue job',
    ],
    flags: {
      'in-order': boolFlag(false, 'create a key in the directory <key>, named with an increasing number'),
      ttl: ttlFlag,
    },
    callFailure: 'server',
    successor: 'etcdctl put',
    hasFormats: true,
    toOptions: (args, flags): MkOptions => ({
      key: keyArgument(args),
      isInOrder: flags['in-order'],
      value: valueArgument(args),
      ttlSeconds: ttlFromFlag(flags.ttl),
    }),
    run,
  });
}

export function toMkRequest({ key, ttlSeconds }: MkOptions, value: string): KeySetRequest {
  return { key, value, ttlSeconds, mustExist: false };
}

export function toInOrderRequest({ key, ttlSeconds }: MkOptions, value: string): KeyCreateInOrderRequest {
  return { directory: key, value, ttlSeconds };
}

export async function runMk(options: MkOptions, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const value = await readValue(options.value, context);
  const response = await createKey(keys, { options, value, signal: context.deadline() });
  await context.emit({ kind: 'key', response });
}

interface KeyCreation {
  readonly options: MkOptions;
  readonly value: string;
  readonly signal: AbortSignal;
}

function createKey(keys: V2Client['keys'], { options, value, signal }: KeyCreation): Promise<KeysResponse> {
  return options.isInOrder
    ? keys.createInOrder(toInOrderRequest(options, value), { signal })
    : keys.set(toMkRequest(options, value), { signal });
}
