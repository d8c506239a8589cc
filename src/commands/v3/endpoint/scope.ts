import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { CommandError, Failure, ServerError } from '../../../model/errors.js';
import type { Client } from '../../../model/services.js';

/** Accepted by every `endpoint` command. */
export const endpointFlags = {
  cluster: boolFlag(false, 'use the client URLs of all members instead of --endpoints'),
};
export type EndpointFlags = typeof endpointFlags;

/** What the endpoint commands go through: the endpoints given, or with `--cluster` all that the members advertise. */
export async function endpointsInScope(
  wholeCluster: boolean,
  context: CommandContext,
): Promise<readonly string[]> {
  if (!wholeCluster) return context.endpoints;
  const client = await connectForMembers(context);
  try {
    const { members } = await client.cluster.memberList({ linearizable: true }, { signal: context.signal });
    return members.flatMap((member) => member.clientUrls);
  } catch (cause) {
    if (!(cause instanceof ServerError)) throw cause;
    throw new CommandError(`failed to fetch endpoints from etcd cluster member list: ${cause.message}`, {
      cause,
      reasons: cause.reasons,
    });
  }
}

/** Here alone a refused login and unusable certificates have status 1 (etcdctl v3.7.1, ep_command.go `endpointsFromCluster`). */
async function connectForMembers(context: CommandContext): Promise<Client> {
  try {
    return await context.connect();
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    throw new CommandError(cause.message, { cause, reasons: cause.reasons });
  }
}
