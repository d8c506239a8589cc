import { CommandError, ServerError } from '../model/errors.js';
import type { CommandContext } from './context.js';

/** What the endpoint commands go through: the endpoints given, or with `--cluster` all that the members advertise. */
export async function endpointsInScope(
  wholeCluster: boolean,
  context: CommandContext,
): Promise<readonly string[]> {
  if (!wholeCluster) return context.endpoints;
  const client = await context.connect();
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
