import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { AlreadyReportedError } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import { callEndpoint, reportFailures } from './call-endpoint.js';
import { type EndpointFlags, endpointsInScope } from './scope.js';

export interface EndpointStatusOptions {
  readonly wholeCluster: boolean;
}

export function registerEndpointStatus(parent: CommandParent<EndpointFlags>, run = runEndpointStatus): void {
  parent.command({
    name: 'status',
    summary: 'Print the status of the member behind each endpoint',
    description: [
      'Fails if an endpoint does not answer. The simple format is one line per endpoint: endpoint, ID, version, storage version,',
      'database size, size in use, percentage not in use, quota, is leader, is learner, Raft term, Raft index, Raft applied index,',
      'errors, downgrade target version, downgrade enabled.',
    ].join('\n'),
    examples: ['etcdctl endpoint status --cluster -w table'],
    flags: {},
    deadline: 'command-timeout',
    result: 'endpoint-status',
    toOptions: (_args, flags): EndpointStatusOptions => ({ wholeCluster: flags.cluster }),
    run,
  });
}

/** Calls all endpoints concurrently: several unreachable endpoints take the time of one. */
export async function runEndpointStatus(
  { wholeCluster }: EndpointStatusOptions,
  context: CommandContext,
): Promise<void> {
  const endpoints = await endpointsInScope(wholeCluster, context);
  const call = { signal: context.signal };
  const outcomes = await Promise.all(
    endpoints.map((endpoint) =>
      callEndpoint(endpoint, context, (client) => client.maintenance.status({}, call)),
    ),
  );
  const { responses, lastFailure } = reportFailures(outcomes, 'status', context);
  await context.emit({ kind: 'endpoint-status', endpoints: responses });
  if (lastFailure !== undefined) throw new AlreadyReportedError(ExitCode.error);
}
