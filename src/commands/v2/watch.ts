import { boolFlag, int64Flag } from '../../cli/flags.js';
import { keyArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { untilInterrupted } from '../../cli/v2/interrupt.js';
import { type WatchedKey, watchKey } from '../../client/v2/watch-key.js';
import { indexFromFlag, type KeysResponse } from '../../model/v2/keys.js';
import type { V2KeysService } from '../../model/v2/services.js';

export interface WatchOptions extends WatchedKey {
  /** False: end after the first change. */
  readonly isForever: boolean;
}

export function registerWatch(parent: V2CommandParent, run = runWatch): void {
  parent.command({
    name: 'watch',
    usage: '<key>',
    summary: 'Watch a key for changes',
    description:
      'Prints the first change and exits. After a lost connection, the watch resumes after the last change.',
    examples: [
      'etcdctl watch /config/mode',
      '# Print all changes in a directory until Ctrl-C',
      'etcdctl watch --forever --recursive /config',
    ],
    flags: {
      forever: boolFlag(false, 'print all changes until Ctrl-C', { short: 'f' }),
      'after-index': int64Flag(0n, 'start with the changes after this index'),
      recursive: boolFlag(false, 'also watch all keys below the key', { short: 'r' }),
    },
    callFailure: 'server',
    successor: 'etcdctl watch',
    hasFormats: true,
    toOptions: (args, flags): WatchOptions => ({
      key: keyArgument(args),
      recursive: flags.recursive,
      afterIndex: indexFromFlag(flags['after-index']),
      isForever: flags.forever,
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
      if (!options.isForever) return;
    }
  });
}

/** The changes of a key, without end. Prints a line on stderr when the watch is interrupted or resumed. */
export async function* keyChanges(
  watched: WatchedKey,
  keys: V2KeysService,
  { signal, clock, notices }: Pick<V2Context, 'signal' | 'clock' | 'notices'>,
): AsyncGenerator<KeysResponse, void, undefined> {
  for await (const update of watchKey(watched, { keys, signal, sleep: clock.sleep })) {
    switch (update.kind) {
      case 'change':
        yield update.response;
        break;
      case 'interrupted':
        notices.line(`${update.reason}: waiting for a server to resume the watch`);
        break;
      case 'resumed':
        notices.line(`resumed the watch after index ${update.index}`);
    }
  }
}
