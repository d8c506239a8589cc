import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, stringFlag } from '../../cli/flags.js';
import type { WatchEnd } from '../../client/watch/state.js';
import { watchKeys } from '../../client/watch/watch-keys.js';
import type { DecodingName } from '../../model/decoded-value.js';
import { InterruptedError, UsageError } from '../../model/errors.js';
import { ExitCode } from '../../model/exit-code.js';
import { decodeFlag, toDecoding } from '../kv/decode-flag.js';
import { runInteractiveWatch } from './watch/interactive.js';
import { printWatch, type WatchOutput, watchOutput } from './watch/print-watch.js';
import {
  type KeyVariables,
  requestFlags,
  toKeyVariables,
  toWatchRequest,
  toWatchTarget,
  type WatchRequest,
} from './watch/request.js';
import { openWatchClients } from './watch/watch-clients.js';

export type WatchOptions =
  | ({
      readonly kind: 'one';
      readonly request: WatchRequest;
      /** The file that says how far events are delivered; empty: none. */
      readonly checkpoint: string;
    } & ValueOptions)
  | ({ readonly kind: 'interactive'; readonly variables: KeyVariables } & ValueOptions);

interface ValueOptions {
  /** How values are shown; absent: as etcdctl shows them. */
  readonly decoding?: DecodingName;
}

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
      'With --checkpoint, the watch remembers in a file how far it has delivered events, and goes on from there at its next start.',
      'An event is delivered when stdout has accepted it, or when its command has succeeded. No event is lost. None is repeated when',
      'the watch ends by a signal or by itself. When it is killed (SIGKILL), or stdout is closed while it prints, the events that it',
      'was just printing, or the last command, can be repeated; events in a file to which stdout is appended (>>) are not.',
      `When the next events have been compacted, the exit status is ${ExitCode.compacted}.`,
      '',
      'With --decode, --write-out can be simple, json (a line for each event) or yaml (a document for each event).',
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
      '# Append events to a file, and go on after a restart with the event after the last one',
      'etcdctl watch config --prefix --checkpoint=config.checkpoint -w json >> config-events.json',
    ],
    flags: {
      interactive: boolFlag(false, 'read watch requests from standard input, one per line', { short: 'i' }),
      ...requestFlags,
      decode: decodeFlag,
      checkpoint: stringFlag('', 'file that remembers the events delivered; it has precedence over --rev', {
        isAddition: true,
      }),
    },
    variables: [KEY, RANGE_END],
    deadline: 'none',
    result: ({ decoding }) => (decoding === undefined ? 'watch' : 'decoded-events'),
    toOptions(args, flags, argsLenAtDash, variables): WatchOptions {
      const keyVariables = toKeyVariables(variables[KEY], variables[RANGE_END]);
      const decoding = toDecoding(flags.decode, args.slice(0, argsLenAtDash));
      const values = decoding === undefined ? {} : { decoding };
      const { checkpoint } = flags;
      if (!flags.interactive) {
        const request = toWatchRequest({ args, argsLenAtDash, flags }, keyVariables, false);
        return { kind: 'one', request, checkpoint, ...values };
      }
      if (checkpoint === '') return { kind: 'interactive', variables: keyVariables, ...values };
      throw new UsageError('`--interactive` and `--checkpoint` cannot be set at the same time, choose one');
    },
    run,
  });
}

export async function runWatch(options: WatchOptions, context: CommandContext): Promise<void> {
  const output = await watchOutput(context, options.decoding);
  if (options.kind === 'interactive') return runInteractiveWatch(options.variables, output, context);
  const { request, checkpoint: path } = options;
  const end =
    path === ''
      ? await watchAndPrint(request, output, context)
      : await (await import('./watch/checkpointed.js')).runCheckpointedWatch(
          request,
          { path, output },
          context,
        );
  throw new InterruptedError('watch is canceled by the server', { reasons: reasonsOf(end) });
}

async function watchAndPrint(
  request: WatchRequest,
  output: WatchOutput,
  context: CommandContext,
): Promise<WatchEnd | undefined> {
  const target = toWatchTarget(request, output.mayBeFragmented);
  const { streams } = await openWatchClients(context, output.mayBeFragmented);
  const { signal, clock } = context;
  const watching = watchKeys(streams, target, { signal, sleep: clock.sleep });
  return printWatch(watching, { command: request.command, context, output });
}

function reasonsOf(end: WatchEnd | undefined): string[] {
  if (end === undefined || end.reason === '') return ['the server gave no reason'];
  if (end.compactRevision === 0n) return [];
  return [
    `changes before revision ${end.compactRevision} have been compacted: ` +
      `--rev=${end.compactRevision} starts with the oldest events that are available`,
  ];
}
