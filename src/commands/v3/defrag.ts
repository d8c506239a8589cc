import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, durationFlag, type Flag, type FlagValues, stringFlag } from '../../cli/flags.js';
import { parseByteSize } from '../../go/byte-size.js';
import { formatDuration } from '../../go/duration.js';
import { AlreadyReportedError, Failure, UsageError } from '../../model/errors.js';
import { ExitCode } from '../../model/exit-code.js';
import { defragmentDirectory } from '../files/defragment.js';
import type { RollingDefragOptions } from './defrag/rolling.js';
import { endpointsInScope } from './endpoint/scope.js';

export interface DefragOptions {
  readonly wholeCluster: boolean;
  /** One member after another, each only when all are healthy; `undefined`: etcdctl's defragmentation. */
  readonly rolling?: RollingDefragOptions | undefined;
  /** The data directory of a stopped member, as in etcdctl 3.5; `undefined`: defragment running members. */
  readonly dataDirectory: string | undefined;
}

export function registerDefrag(parent: CommandParent, run = runDefrag): void {
  parent.command({
    name: 'defrag',
    group: 'cluster',
    summary: 'Defragment the database of each endpoint',
    description: [
      'Returns unused space to the file system. Endpoints are defragmented one after another. A member does not answer requests',
      'while it defragments; --command-timeout applies to each of them. With --data-dir, the command does not connect to a server',
      'but rewrites the file of a stopped member; it waits 10 s for a running one to stop.',
      '',
      'With --rolling, all members of the cluster must be healthy before each step. Learners and followers come first, the leader last;',
      'as soon as something is wrong, no other member is touched. A member may take 30 s, and 60 s more for each GB of its file, unless',
      '--command-timeout is given.',
    ].join('\n'),
    examples: [
      'etcdctl defrag --cluster --command-timeout=60s',
      '# Show the order of a rolling defragmentation, then do it where it frees 100 MB or more',
      'etcdctl defrag --cluster --rolling --dry-run',
      'etcdctl defrag --cluster --rolling --move-leader --min-reclaim=100MB',
      '# Defragment the file of a stopped member',
      'etcdctl defrag --data-dir=/var/lib/etcd',
    ],
    flags: {
      cluster: boolFlag(false, 'use the client URLs of all members instead of --endpoints'),
      'data-dir': stringFlag('', 'data directory of a stopped member'),
      ...rollingFlags,
    },
    deadline: ({ dataDirectory }) => (dataDirectory === undefined ? 'command-timeout' : 'files'),
    toOptions: (_args, flags): DefragOptions => ({
      wholeCluster: flags.cluster,
      dataDirectory: flags['data-dir'] || undefined,
      rolling: toRollingOptions(flags),
    }),
    run,
  });
}

const rollingFlags = {
  rolling: boolFlag(false, 'one member after another, only while all are healthy, the leader last', {
    isAddition: true,
  }),
  'dry-run': boolFlag(false, 'with --rolling: print the order and what can be freed, change nothing', {
    isAddition: true,
  }),
  'move-leader': boolFlag(
    false,
    'with --rolling: transfer the leadership before the leader is defragmented',
    {
      isAddition: true,
    },
  ),
  'min-reclaim': stringFlag('', 'with --rolling: skip members that would free less, such as 100MB or 64MiB', {
    isAddition: true,
  }),
  'health-timeout': durationFlag(60_000, 'with --rolling: how long a member may take to be healthy again', {
    isAddition: true,
  }),
};

function toRollingOptions(
  flags: FlagValues<typeof rollingFlags & { 'data-dir': Flag<string> }>,
): RollingDefragOptions | undefined {
  const healthTimeoutMs = flags['health-timeout'];
  if (!flags.rolling) {
    const given = [
      ...(flags['dry-run'] ? ['--dry-run'] : []),
      ...(flags['move-leader'] ? ['--move-leader'] : []),
      ...(flags['min-reclaim'] === '' ? [] : ['--min-reclaim']),
      ...(healthTimeoutMs === rollingFlags['health-timeout'].defaultValue ? [] : ['--health-timeout']),
    ];
    if (given.length > 0) throw new UsageError(`${given[0]} needs --rolling`);
    return undefined;
  }
  if (healthTimeoutMs < 0) throw new UsageError('--health-timeout must not be negative');
  if (flags['data-dir'] !== '') throw new UsageError('--rolling and --data-dir cannot be used together');
  return {
    isDryRun: flags['dry-run'],
    movesLeader: flags['move-leader'],
    minReclaimBytes: toMinReclaim(flags['min-reclaim']),
    healthTimeoutMs,
  };
}

function toMinReclaim(text: string): bigint {
  const bytes = text === '' ? 0n : parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError(`invalid argument ${JSON.stringify(text)} for "--min-reclaim" flag`, 'flag', {
    reasons: ['the value must be a size, such as 100MB, 64MiB or a number of bytes'],
  });
}

export async function runDefrag(options: DefragOptions, context: CommandContext): Promise<void> {
  const { wholeCluster, dataDirectory, rolling } = options;
  if (rolling !== undefined) {
    const { runRollingDefrag } = await import('./defrag/rolling.js');
    return runRollingDefrag({ ...rolling, wholeCluster }, context);
  }
  if (dataDirectory !== undefined) return defragmentDirectory(dataDirectory, context);
  let isComplete = true;
  for (const endpoint of await endpointsInScope(wholeCluster, context)) {
    isComplete = (await defragment(endpoint, context)) && isComplete;
  }
  if (!isComplete) throw new AlreadyReportedError(ExitCode.error);
}

/** Defragments the member at the endpoint and prints the outcome. Returns whether it succeeded. */
async function defragment(endpoint: string, context: CommandContext): Promise<boolean> {
  const client = await context.connect([endpoint]);
  const began = context.clock.now();
  const took = () => formatDuration(context.clock.now() - began);
  try {
    await client.maintenance.defragment({}, { signal: context.signal });
    const text = `Finished defragmenting etcd member[${endpoint}]. took ${took()}\n`;
    await context.emit({ kind: 'text', text });
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const what = `Failed to defragment etcd member[${endpoint}]. took ${took()}. (${error.message})`;
    for (const reason of error.reasons) context.notices.reason(reason);
    context.notices.line(what);
    return false;
  } finally {
    client.close();
  }
}
