import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import type { MemberRemoveRequest } from '../../../model/messages/cluster.js';
import { memberIdFromArguments } from './member-id.js';

export interface MemberRemoveOptions {
  readonly id: bigint;
}

export function registerMemberRemove(parent: CommandParent, run = runMemberRemove): void {
  parent.command({
    name: 'remove',
    usage: '<member_id>',
    argumentCandidates: ['member'],
    summary: 'Remove a member from the cluster',
    description: 'The removed member stops, and cannot join again with its old data directory.',
    examples: ['etcdctl member remove 8211f1d0f64f3269'],
    flags: {},
    deadline: 'command-timeout',
    result: 'member-remove',
    toOptions: (args): MemberRemoveOptions => ({ id: memberIdFromArguments(args) }),
    run,
  });
}

export function toMemberRemoveRequest({ id }: MemberRemoveOptions): MemberRemoveRequest {
  return { id };
}

export async function runMemberRemove(options: MemberRemoveOptions, context: CommandContext): Promise<void> {
  const client = await context.connect();
  const request = toMemberRemoveRequest(options);
  const response = await client.cluster.memberRemove(request, { signal: context.signal });
  await context.emit({ kind: 'member-remove', id: options.id, response });
}
