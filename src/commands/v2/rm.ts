import { boolFlag, int64Flag, stringFlag } from '../../cli/flags.js';
import { keyArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { indexFromFlag, type KeyDeleteRequest } from '../../model/v2/keys.js';

export interface RmOptions {
  readonly key: string;
  readonly directory: boolean;
  readonly recursive: boolean;
  /** Remove the key only if it has this value; empty: no condition. */
  readonly previousValue: string;
  /** Remove the key only if it has this modified index; 0: no condition. */
  readonly previousIndex: bigint;
}

export function registerRm(parent: V2CommandParent, run = runRm): void {
  parent.command({
    name: 'rm',
    usage: '<key>',
    summary: 'Remove a key or a directory',
    examples: [
      'etcdctl rm /config/mode',
      '# Remove a directory with everything in it',
      'etcdctl rm --recursive /config',
    ],
    flags: {
      dir: boolFlag(false, 'remove the key or the empty directory'),
      recursive: boolFlag(false, 'remove the key, or the directory with everything in it', { short: 'r' }),
      'with-value': stringFlag('', 'remove the key only if it has this value'),
      'with-index': int64Flag(0n, 'remove the key only if this is its modified index'),
    },
    callFailure: 'server',
    successor: 'etcdctl del',
    hasFormats: true,
    toOptions: (args, flags): RmOptions => ({
      key: keyArgument(args),
      directory: flags.dir,
      recursive: flags.recursive,
      previousValue: flags['with-value'],
      previousIndex: indexFromFlag(flags['with-index']),
    }),
    run,
  });
}

export function toRmRequest(options: RmOptions): KeyDeleteRequest {
  const { key, directory, recursive, previousValue, previousIndex } = options;
  return { key, directory, recursive, previousValue, previousIndex };
}

export async function runRm(options: RmOptions, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const response = await keys.delete(toRmRequest(options), { signal: context.deadline() });
  await context.emit({ kind: response.node.isDirectory ? 'directory' : 'key', response });
}
