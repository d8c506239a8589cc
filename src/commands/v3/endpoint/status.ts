import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { AlreadyReportedError, ConnectionError } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import type { StatusResponse } from '../../../model/messages/maintenance.js';
import type { EndpointFailure, EndpointStatus } from '../../../model/results.js';
import { callEndpoint, type EndpointOutcome, reportFailures } from './call-endpoint.js';
import { type EndpointFlags, endpointsInScope } from './scope.js';

export interface EndpointStatusOptions {
  readonly wholeCluster: boolean;
  /** Prints the endpoints that have failed too. */
  readonly all: boolean;
}

export function registerEndpointStatus(parent: CommandParent<EndpointFlags>, run = runEndpointStatus): void {
  parent.command({
    name: 'status',
    summary: 'Print the status of the member behind each endpoint',
    description: [
      'Fails if an endpoint does not answer. The simple format is one line per endpoint: endpoint, ID, version, storage version,',
      'database size, size in use, percentage not in use, quota, is leader, is learner, Raft term, Raft index, Raft applied index,',
      'errors, downgrade target version, downgrade enabled. With --all, an endpoint that does not answer has a line too, with the reason',
      'among the errors.',
    ].join('\n'),
    examples: [
      'etcdctl endpoint status --cluster -w table',
      'etcdctl endpoint status --cluster --all -w json',
    ],
    flags: {
      all: boolFlag(false, 'print the endpoints that do not answer too, with the reason', {
        isAddition: true,
      }),
    },
    deadline: 'command-timeout',
    result: 'endpoint-status',
    toOptions: (_args, flags): EndpointStatusOptions => ({ wholeCluster: flags.cluster, all: flags.all }),
    run,
  });
}

/** Calls all endpoints concurrently: several unreachable endpoints take the time of one. */
export async function runEndpointStatus(
  { wholeCluster, all }: EndpointStatusOptions,
  context: CommandContext,
): Promise<void> {
  const endpoints = await endpointsInScope(wholeCluster, context);
  const call = { signal: context.signal };
  const statusOf = (endpoint: string) =>
    callEndpoint(endpoint, context, (client) => client.maintenance.status({}, call));
  const outcomes = await Promise.all(
    endpoints.map((endpoint) => (all ? orLoginFailure(endpoint, statusOf(endpoint)) : statusOf(endpoint))),
  );
  const { responses, lastFailure } = reportFailures(outcomes, 'status', context);
  if (all) await context.emit({ kind: 'endpoint-status-all', endpoints: outcomes.map(statusOrFailure) });
  else await context.emit({ kind: 'endpoint-status', endpoints: responses });
  if (lastFailure === undefined) return;
  const isLoginFailure = outcomes.some(
    (each) => 'failure' in each && each.failure instanceof ConnectionError,
  );
  throw new AlreadyReportedError(isLoginFailure ? ExitCode.badConnection : ExitCode.error);
}

/** A failed login, which ends the command without `--all`, concerns one endpoint: its member may be stopped. */
async function orLoginFailure(
  endpoint: string,
  status: Promise<EndpointOutcome<StatusResponse>>,
): Promise<EndpointOutcome<StatusResponse>> {
  try {
    return await status;
  } catch (failure) {
    if (!(failure instanceof ConnectionError)) throw failure;
    return { endpoint, failure };
  }
}

function statusOrFailure(outcome: EndpointOutcome<StatusResponse>): EndpointStatus | EndpointFailure {
  if ('response' in outcome) return outcome;
  const { endpoint, failure } = outcome;
  return { endpoint, error: failure.message, reasons: failure.reasons };
}
