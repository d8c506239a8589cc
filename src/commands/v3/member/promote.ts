import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import type { MemberPromoteRequest } from '../../../model/messages/cluster.js';
import { memberIdFromArguments } from './member-id.js';

export interface MemberPromoteOptions {
  readonly id: bigint;
}

export function registerMemberPromote(parent: CommandParent, run = runMemberPromote): void {
  parent.command({
    name: 'promote',
    usage: '<member_id>',
    argumentCandidates: ['member'],
    summary: 'Promote a learner to a voting member',
    description: 'The cluster refuses to promote a learner that has not caught up with the leader.',
    examples: ['etcdctl member promote 8211f1d0f64f3269'],
    flags: {},
    deadline: 'command-timeout',
    result: 'member-promote',
    toOptions: (args): MemberPromoteOptions => ({ id: memberIdFromArguments(args) }),
    run,
  });
}

export function toMemberPromoteRequest({ id }: MemberPromoteOptions): MemberPromoteRequest {
  return { id };
}

export async function runMemberPromote(
  options: MemberPromoteOptions,
  context: CommandContext,
): Promise<void> {
  const client = await context.connect();
  const request = toMemberPromoteRequest(options);
  const response = await client.cluster.memberPromote(request, { signal: context.signal });
  await context.emit({ kind: 'member-promote', id: options.id, response });
}
