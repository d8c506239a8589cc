import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, stringFlag } from '../../cli/flags.js';
import { formatDuration } from '../../go/duration.js';
import { AlreadyReportedError, Failure } from '../../model/errors.js';
import { ExitCode } from '../../model/exit-code.js';
import { defragmentDirectory } from '../files/defragment.js';
import { endpointsInScope } from './endpoint/scope.js';

export interface DefragOptions {
  readonly wholeCluster: boolean;
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
    ].join('\n'),
    examples: [
      'etcdctl defrag --cluster --command-timeout=60s',
      '# Defragment the file of a stopped member',
      'etcdctl defrag --data-dir=/var/lib/etcd',
    ],
    flags: {
      cluster: boolFlag(false, 'use the client URLs of all members instead of --endpoints'),
      'data-dir': stringFlag('', 'data directory of a stopped member'),
    },
    deadline: ({ dataDirectory }) => (dataDirectory === undefined ? 'command-timeout' : 'files'),
    toOptions: (_args, flags): DefragOptions => ({
      wholeCluster: flags.cluster,
      dataDirectory: flags['data-dir'] || undefined,
    }),
    run,
  });
}

export async function runDefrag(options: DefragOptions, context: CommandContext): Promise<void> {
  const { wholeCluster, dataDirectory } = options;
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
