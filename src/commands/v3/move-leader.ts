import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { parseUint64 } from '../../go/number.js';
import { GoParseError } from '../../go/parse-error.js';
import { UsageError } from '../../model/errors.js';
import type { MoveLeaderRequest } from '../../model/messages/maintenance.js';
import type { Client } from '../../model/services.js';

export interface MoveLeaderOptions {
  /** The id of the member that becomes the leader. */
  readonly target: bigint;
}

export function registerMoveLeader(parent: CommandParent, run = runMoveLeader): void {
  parent.command({
    name: 'move-leader',
    group: 'cluster',
    usage: '<member_id>',
    argumentCandidates: ['member'],
    summary: 'Transfer leadership to another member',
    description: 'The current leader must be one of --endpoints: only the leader can transfer leadership.',
    examples: ['etcdctl move-leader 8211f1d0f64f3269'],
    flags: {},
    deadline: 'command-timeout',
    result: 'move-leader',
    toOptions(args): MoveLeaderOptions {
      const [id] = args;
      if (id === undefined || args.length > 1) throw new UsageError('move-leader command needs 1 argument');
      return { target: parseMemberId(id) };
    },
    run,
  });
}

function parseMemberId(text: string): bigint {
  try {
    return parseUint64(text, 16);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(cause.message, 'arguments', {
      cause,
      reasons: ['the argument must be a member ID in hexadecimal, as `etcdctl member list` prints it'],
    });
  }
}

export function toMoveLeaderRequest({ target }: MoveLeaderOptions): MoveLeaderRequest {
  return { targetId: target };
}

export async function runMoveLeader(options: MoveLeaderOptions, context: CommandContext): Promise<void> {
  const { client, leader } = await findLeader(context);
  const request = toMoveLeaderRequest(options);
  const response = await client.maintenance.moveLeader(request, { signal: context.signal });
  await context.emit({ kind: 'move-leader', leader, target: options.target, response });
}

interface Leader {
  readonly client: Client;
  readonly leader: bigint;
}

/** Requests the status of each endpoint in turn, until one is the leader. Rejects when an endpoint does not respond. */
async function findLeader(context: CommandContext): Promise<Leader> {
  for (const endpoint of context.endpoints) {
    const client = await context.connect([endpoint]);
    const { header, leader } = await client.maintenance.status({}, { signal: context.signal });
    if (header?.memberId === leader) return { client, leader };
    client.close();
  }
  throw new UsageError(`no leader endpoint given at [${context.endpoints.join(' ')}]`);
}
