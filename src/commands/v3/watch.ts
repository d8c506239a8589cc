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
    summary: 'Print the changes of a key or a range of keys, as they happen',
    description: [
      'The watch goes on when the connection or the server is lost and comes back, and misses no change meanwhile.',
      `${KEY} and ${RANGE_END} may stand for the arguments.`,
      '',
      'After two dashes comes a command that is run for each change, with ETCD_WATCH_REVISION, ETCD_WATCH_EVENT_TYPE,',
      'ETCD_WATCH_KEY and ETCD_WATCH_VALUE in its environment, the last three in double quotes:',
      '  etcdctl watch config --prefix -- sh -c \'echo "$ETCD_WATCH_KEY"\'',
      '',
      'With --interactive, each line of standard input is a watch of its own, or asks all of them how far they are:',
      '  watch [flags] <key> [range_end] [-- command [arguments]]',
      '  progress',
    ].join('\n'),
    flags: {
      interactive: boolFlag(false, 'read watches from standard input, one a line', { short: 'i' }),
      ...requestFlags,
    },
    variables: [KEY, RANGE_END],
    deadline: 'none',
    result: 'watch',
    toOptions(args, flags, dashAt, variables): WatchOptions {
      const keyVariables = toKeyVariables(variables[KEY], variables[RANGE_END]);
      return flags.interactive
        ? { kind: 'interactive', variables: keyVariables }
        : { kind: 'one', request: toWatchRequest({ args, dashAt, flags }, keyVariables, false) };
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
  if (end === undefined || end.why === '') return ['the server gave no reason'];
  if (end.compactRevision === 0n) return [];
  return [
    `changes before revision ${end.compactRevision} are compacted and cannot be had any more: ` +
      `--rev=${end.compactRevision} begins with the oldest that are left`,
  ];
}
