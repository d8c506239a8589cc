import { boolFlag, int64Flag } from '../../cli/flags.js';
import { keyArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent } from '../../cli/v2/command.js';
import type { V2Context } from '../../cli/v2/context.js';
import { untilInterrupted } from '../../cli/v2/interrupt.js';
import { keyChanges } from '../../cli/v2/key-changes.js';
import type { WatchedKey } from '../../client/v2/watch-key.js';
import { indexFromFlag } from '../../model/v2/keys.js';

export interface WatchOptions extends WatchedKey {
  readonly isEndless: boolean;
}

export function registerWatch(parent: V2CommandParent, run = runWatch): void {
  parent.command({
    name: 'watch',
    usage: '<key>',
    summary: 'Wait for a change of a key and print it',
    description:
      'When the server goes away, the watch goes on after the last change as soon as one is there again.',
    flags: {
      forever: boolFlag(false, 'print all changes until Ctrl-C', { short: 'f' }),
      'after-index': int64Flag(0n, 'begin with the changes after this index'),
      recursive: boolFlag(false, 'also what changes in the directories below', { short: 'r' }),
    },
    callFailure: 'server',
    successor: 'etcdctl watch',
    hasFormats: true,
    toOptions: (args, flags): WatchOptions => ({
      key: keyArgument(args),
      recursive: flags.recursive,
      afterIndex: indexFromFlag(flags['after-index']),
      isEndless: flags.forever,
    }),
    run,
  });
}

export function runWatch(options: WatchOptions, context: V2Context): Promise<void> {
  return untilInterrupted(context.signal, async () => {
    const { keys } = await context.connect();
    for await (const response of keyChanges(options, keys, context)) {
      if (response.node.isDirectory) continue;
      await context.emit({ kind: 'change', response, namesKey: options.recursive });
      if (!options.isEndless) return;
    }
  });
}
