import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { endpointsInScope } from '../../cli/endpoints-in-scope.js';
import { boolFlag } from '../../cli/flags.js';
import { AlreadyReportedError, Failure } from '../../model/errors.js';
import { ExitCode } from '../../model/exit-code.js';
import { formatDuration } from '../../model/go/duration.js';

export interface DefragOptions {
  readonly wholeCluster: boolean;
}

export function registerDefrag(parent: CommandParent, run = runDefrag): void {
  parent.command({
    name: 'defrag',
    group: 'cluster',
    summary: 'Give unused space of the members’ files back, one member after another',
    description: 'A member answers nothing while it defragments; --command-timeout counts for each of them.',
    flags: { cluster: boolFlag(false, 'all endpoints that the members of the cluster advertise') },
    deadline: 'command-timeout',
    result: 'text',
    toOptions: (_args, flags): DefragOptions => ({ wholeCluster: flags.cluster }),
    run,
  });
}

export async function runDefrag({ wholeCluster }: DefragOptions, context: CommandContext): Promise<void> {
  let isComplete = true;
  for (const endpoint of await endpointsInScope(wholeCluster, context)) {
    isComplete = (await defragment(endpoint, context)) && isComplete;
  }
  if (!isComplete) throw new AlreadyReportedError(ExitCode.error);
}

/** Whether it succeeded; either way it has been said. */
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
    for (const line of [...error.reasons, what]) context.notices.line(line);
    return false;
  } finally {
    client.close();
  }
}
