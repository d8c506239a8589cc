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
    summary: 'Give a learner a vote',
    description: 'The cluster refuses as long as the learner has not caught up with its leader.',
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
