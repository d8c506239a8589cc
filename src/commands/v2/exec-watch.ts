import { boolFlag, int64Flag } from '../../cli/flags.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { untilInterrupted } from '../../cli/v2/interrupt.js';
import type { WatchedKey } from '../../client/v2/watch-key.js';
import { linkSignals } from '../../model/abort-signal.js';
import { CommandError } from '../../model/errors.js';
import { V2Failure } from '../../model/v2/errors.js';
import type { KeysResponse } from '../../model/v2/keys.js';
import { keyChanges } from './watch.js';

export interface ExecWatchOptions extends WatchedKey {
  /** A program and its arguments. */
  readonly command: readonly [string, ...string[]];
}

/** The maximum number of programs that run at a time. At the maximum, the next change waits for one of them to exit. */
const MAX_PROGRAMS = 64;

export function registerExecWatch(parent: V2CommandParent, run = runExecWatch): void {
  parent.command({
    name: 'exec-watch',
    usage: '<key> -- <command> [args...]',
    summary: 'Watch a key for changes and run a command for each',
    description: [
      'The commands of several changes run in parallel. Their environment has ETCD_WATCH_ACTION,',
      'ETCD_WATCH_KEY, ETCD_WATCH_VALUE and ETCD_WATCH_MODIFIED_INDEX. Without --, the key is the last argument.',
    ].join('\n'),
    examples: [
      'etcdctl exec-watch --recursive /config -- sh -c "env | grep ETCD_WATCH"',
      'etcdctl exec-watch sh -c "env | grep ETCD_WATCH" /config',
    ],
    flags: {
      'after-index': int64Flag(0n, 'start with the changes after this index'),
      recursive: boolFlag(false, 'also watch all keys below the key', { short: 'r' }),
    },
    callFailure: 'server',
    successor: 'etcdctl watch <key> -- <command>',
    toOptions: (args, flags, argsLenAtDash): ExecWatchOptions => ({
      ...keyAndCommand(args, argsLenAtDash),
      recursive: flags.recursive,
      // In exec-watch, etcdctl treats a negative index as 0.
      afterIndex: flags['after-index'] > 0n ? flags['after-index'] : 0n,
    }),
    run,
  });
}

/**
 * With `--`, the key is the first argument: `--` can end the flags, or be an argument itself. Without `--`, it is the last
 * argument.
 */
function keyAndCommand(
  args: readonly string[],
  argsLenAtDash: number | undefined,
): Pick<ExecWatchOptions, 'key' | 'command'> {
  const separatorAt = args.indexOf('--');
  const [key, command] =
    separatorAt > 0
      ? [args[0], args.slice(2)]
      : argsLenAtDash !== undefined && argsLenAtDash > 0
        ? [args[0], args.slice(1)]
        : [args.at(-1), args.slice(0, -1)];
  const [program, ...rest] = command;
  if (key === undefined || program === undefined) {
    throw new V2Failure('key and command to exec required', 'arguments');
  }
  return { key, command: [program, ...rest] };
}

function changeVariables({ action, node }: KeysResponse): Record<string, string> {
  return {
    ETCD_WATCH_ACTION: action,
    ETCD_WATCH_MODIFIED_INDEX: String(node.modifiedIndex),
    ETCD_WATCH_KEY: node.key,
    ETCD_WATCH_VALUE: node.value,
  };
}

export function runExecWatch(options: ExecWatchOptions, context: V2Context): Promise<void> {
  const watch = linkSignals(context.signal);
  const programs = new Set<Promise<void>>();
  const running = { ...context, signal: watch.signal };
  return untilInterrupted(context.signal, async () => {
    try {
      const { keys } = await context.connect();
      for await (const response of keyChanges(options, keys, running)) {
        if (response.node.isDirectory) {
          context.notices.line(`Ignored dir ${response.node.key} change`);
          continue;
        }
        const program: Promise<void> = start(options.command, response, running)
          .catch((error) => watch.abort(error))
          .finally(() => programs.delete(program));
        programs.add(program);
        if (programs.size === MAX_PROGRAMS) await Promise.race(programs);
      }
    } finally {
      await Promise.all(programs);
      watch.release();
    }
  });
}

/** Settles when the program has exited, with any status. The signal ends the program. Rejects when it cannot be started. */
async function start(
  [program, ...args]: ExecWatchOptions['command'],
  response: KeysResponse,
  { runChild, signal }: Pick<V2Context, 'runChild' | 'signal'>,
): Promise<void> {
  try {
    await runChild(program, args, { env: changeVariables(response), signal });
  } catch (error) {
    throw error instanceof CommandError ? new V2Failure(error.message, 'plain', { cause: error }) : error;
  }
}
