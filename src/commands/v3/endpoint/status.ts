import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { endpointsInScope } from '../../../cli/endpoints-in-scope.js';
import { AlreadyReportedError } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import { askEndpoint, sortAnswers } from './ask-endpoint.js';
import type { EndpointFlags } from './flags.js';

export interface EndpointStatusOptions {
  readonly wholeCluster: boolean;
}

export function registerEndpointStatus(parent: CommandParent<EndpointFlags>, run = runEndpointStatus): void {
  parent.command({
    name: 'status',
    summary: 'Show the state of the member behind each endpoint; fail when one does not answer',
    description: [
      'The simple format is a line for each endpoint: endpoint, id, version, storage version, database size, size in use,',
      'percentage not in use, quota, whether it leads, whether it is a learner, Raft term, Raft index, applied index, errors,',
      'target version of a downgrade, whether a downgrade is under way.',
    ].join('\n'),
    flags: {},
    deadline: 'command-timeout',
    result: 'endpoint-status',
    toOptions: (_args, flags): EndpointStatusOptions => ({ wholeCluster: flags.cluster }),
    run,
  });
}

/** All endpoints are asked at once: one that is down costs the time of one. */
export async function runEndpointStatus(
  { wholeCluster }: EndpointStatusOptions,
  context: CommandContext,
): Promise<void> {
  const endpoints = await endpointsInScope(wholeCluster, context);
  const call = { signal: context.signal };
  const answers = await Promise.all(
    endpoints.map((endpoint) =>
      askEndpoint(endpoint, context, (client) => client.maintenance.status({}, call)),
    ),
  );
  const { answered, lastFailure } = sortAnswers(answers, 'status', context);
  await context.emit({ kind: 'endpoint-status', endpoints: answered });
  if (lastFailure !== undefined) throw new AlreadyReportedError(ExitCode.error);
}
