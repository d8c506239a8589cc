import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { int64Flag } from '../../../cli/flags.js';
import { CommandError } from '../../../model/errors.js';
import type { HashKvRequest, HashKvResponse } from '../../../model/messages/maintenance.js';
import { callEndpoint, type EndpointOutcome, reportFailures } from './call-endpoint.js';
import { type EndpointFlags, endpointsInScope } from './scope.js';

export interface EndpointHashKvOptions {
  readonly wholeCluster: boolean;
  /** 0: the newest revision of each member. */
  readonly revision: bigint;
}

export function registerEndpointHashKv(parent: CommandParent<EndpointFlags>, run = runEndpointHashKv): void {
  parent.command({
    name: 'hashkv',
    summary: 'Print the hash of the key-value history of each endpoint',
    description:
      'Members with the same data have the same hash at one --rev, if they are compacted at the same revision.',
    examples: ['etcdctl endpoint hashkv --cluster --rev=1234'],
    flags: { rev: int64Flag(0n, 'hash the history up to this revision; 0: all of it') },
    deadline: 'command-timeout',
    result: 'endpoint-hashkv',
    toOptions: (_args, flags): EndpointHashKvOptions => ({
      wholeCluster: flags.cluster,
      revision: flags.rev,
    }),
    run,
  });
}

export function toHashKvRequest({ revision }: EndpointHashKvOptions): HashKvRequest {
  return { revision };
}

/** Calls one endpoint after another: a hash reads the whole store of a member, and not all members should be busy at once. */
export async function runEndpointHashKv(
  options: EndpointHashKvOptions,
  context: CommandContext,
): Promise<void> {
  const request = toHashKvRequest(options);
  const call = { signal: context.signal };
  const outcomes: EndpointOutcome<HashKvResponse>[] = [];
  for (const endpoint of await endpointsInScope(options.wholeCluster, context)) {
    outcomes.push(
      await callEndpoint(endpoint, context, (client) => client.maintenance.hashKV(request, call)),
    );
  }
  const { responses, lastFailure } = reportFailures(outcomes, 'hash', context);
  await context.emit({ kind: 'endpoint-hashkv', endpoints: responses });
  if (lastFailure !== undefined) throw new CommandError(lastFailure.message, { cause: lastFailure });
}
