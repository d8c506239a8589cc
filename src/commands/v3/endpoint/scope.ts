import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { CommandError, Failure, ServerError } from '../../../model/errors.js';
import type { Member } from '../../../model/messages/cluster.js';
import type { CallOptions, Client } from '../../../model/services.js';

/** The persistent flags of `endpoint`. */
export const endpointFlags = {
  cluster: boolFlag(false, 'use the client URLs of all members instead of --endpoints'),
};
export type EndpointFlags = typeof endpointFlags;

/** The endpoints of an endpoint command: those given, or with `--cluster` the client URLs of all members. */
export async function endpointsInScope(
  wholeCluster: boolean,
  context: CommandContext,
): Promise<readonly string[]> {
  if (!wholeCluster) return context.endpoints;
  const client = await forMembers(context.connect());
  const members = await listMembers(client, { signal: context.signal });
  return members.flatMap((member) => member.clientUrls);
}

/** @throws CommandError when they cannot be listed */
export async function listMembers(client: Client, call: CallOptions): Promise<readonly Member[]> {
  try {
    return (await client.cluster.memberList({ linearizable: true }, call)).members;
  } catch (cause) {
    if (!(cause instanceof ServerError)) throw cause;
    throw new CommandError(`failed to fetch endpoints from etcd cluster member list: ${cause.message}`, {
      cause,
      reasons: cause.reasons,
    });
  }
}

/**
 * A failed authentication or an unusable certificate has status 1 only here (etcdctl v3.7.1, ep_command.go
 * `endpointsFromCluster`).
 */
export async function forMembers(connecting: Promise<Client>): Promise<Client> {
  try {
    return await connecting;
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    throw new CommandError(cause.message, { cause, reasons: cause.reasons });
  }
}
