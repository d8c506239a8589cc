import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { int64Flag } from '../../../cli/flags.js';
import { CommandError } from '../../../model/errors.js';
import type { HashKvRequest, HashKvResponse } from '../../../model/messages/maintenance.js';
import { askEndpoint, type EndpointAnswer, sortAnswers } from './ask-endpoint.js';
import { type EndpointFlags, endpointsInScope } from './scope.js';

export interface EndpointHashKvOptions {
  readonly wholeCluster: boolean;
  /** 0: the newest of each member. */
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

/** One endpoint after another: hashing reads a member's whole store, which the cluster should not do in all places at once. */
export async function runEndpointHashKv(
  options: EndpointHashKvOptions,
  context: CommandContext,
): Promise<void> {
  const request = toHashKvRequest(options);
  const call = { signal: context.signal };
  const answers: EndpointAnswer<HashKvResponse>[] = [];
  for (const endpoint of await endpointsInScope(options.wholeCluster, context)) {
    answers.push(await askEndpoint(endpoint, context, (client) => client.maintenance.hashKV(request, call)));
  }
  const { answered, lastFailure } = sortAnswers(answers, 'hash', context);
  await context.emit({ kind: 'endpoint-hashkv', endpoints: answered });
  if (lastFailure !== undefined) throw new CommandError(lastFailure.message, { cause: lastFailure });
}
