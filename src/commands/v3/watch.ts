import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag } from '../../cli/flags.js';
import type { WatchEnd } from '../../client/watch/state.js';
import { watchKeys } from '../../client/watch/watch-keys.js';
import { InterruptedError } from '../../model/errors.js';
import { runInteractiveWatch } from './watch/interactive.js';
import { printWatch } from './watch/print-watch.js';
import {
  type KeyVariables,
  requestFlags,
  toKeyVariables,
  toWatchRequest,
  toWatchTarget,
  type WatchRequest,
} from './watch/request.js';

export type WatchOptions =
  | { readonly kind: 'one'; readonly request: WatchRequest }
  | { readonly kind: 'interactive'; readonly variables: KeyVariables };

const KEY = 'ETCDCTL_WATCH_KEY';
const RANGE_END = 'ETCDCTL_WATCH_RANGE_END';

export function registerWatch(parent: CommandParent, run = runWatch): void {
  parent.command({
    name: 'watch',
    group: 'kv',
    usage: '<key> [range_end] [-- command [arguments]]',
    summary: 'Watch a key or a range of keys and print the events',
    description: [
      'After an interruption of the connection or the server, a watch resumes without losing events.',
      `The environment variables ${KEY} and ${RANGE_END} can stand in for the arguments.`,
      '',
      'A command after -- runs once for each event. Its environment has ETCD_WATCH_REVISION, ETCD_WATCH_EVENT_TYPE,',
      'ETCD_WATCH_KEY and ETCD_WATCH_VALUE, the last three in double quotes.',
      '',
      'With --interactive, each line of standard input starts a watch or requests the progress of all watches:',
      '  watch [flags] <key> [range_end] [-- command [arguments]]',
      '  progress',
    ].join('\n'),
    examples: [
      'etcdctl watch config',
      '# Watch all keys with a prefix, starting with the events of revision 1234',
      'etcdctl watch registry/ --prefix --rev=1234',
      '# Run a command for each event',
      'etcdctl watch config --prefix -- sh -c \'echo "$ETCD_WATCH_KEY"\'',
    ],
    flags: {
      interactive: boolFlag(false, 'read watch requests from standard input, one per line', { short: 'i' }),
      ...requestFlags,
    },
    variables: [KEY, RANGE_END],
    deadline: 'none',
    result: 'watch',
    toOptions(args, flags, argsLenAtDash, variables): WatchOptions {
      const keyVariables = toKeyVariables(variables[KEY], variables[RANGE_END]);
      return flags.interactive
        ? { kind: 'interactive', variables: keyVariables }
        : { kind: 'one', request: toWatchRequest({ args, argsLenAtDash, flags }, keyVariables, false) };
    },
    run,
  });
}

export async function runWatch(options: WatchOptions, context: CommandContext): Promise<void> {
  if (options.kind === 'interactive') return runInteractiveWatch(options.variables, context);
  const target = toWatchTarget(options.request, context.format === 'simple');
  const client = await context.connect();
  const { signal, clock } = context;
  const watching = watchKeys(client.watch, target, { signal, sleep: clock.sleep });
  const end = await printWatch(watching, { command: options.request.command, context });
  throw new InterruptedError('watch is canceled by the server', { reasons: reasonsOf(end) });
}

function reasonsOf(end: WatchEnd | undefined): string[] {
  if (end === undefined || end.reason === '') return ['the server gave no reason'];
  if (end.compactRevision === 0n) return [];
  return [
    `changes before revision ${end.compactRevision} have been compacted: ` +
      `--rev=${end.compactRevision} starts with the oldest events that are available`,
  ];
}
