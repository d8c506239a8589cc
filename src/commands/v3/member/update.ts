import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { stringFlag } from '../../../cli/flags.js';
import type { MemberUpdateRequest } from '../../../model/messages/cluster.js';
import { memberIdFromArguments } from './member-id.js';
import { toPeerUrls } from './peer-urls.js';

export interface MemberUpdateOptions {
  readonly id: bigint;
  readonly peerUrls: readonly string[];
}

export function registerMemberUpdate(parent: CommandParent, run = runMemberUpdate): void {
  parent.command({
    name: 'update',
    usage: '<member_id>',
    summary: 'Tell the cluster the new peer URLs of a member',
    flags: { 'peer-urls': stringFlag('', 'where the other members reach it, separated by commas') },
    deadline: 'command-timeout',
    result: 'member-update',
    toOptions: (args, flags): MemberUpdateOptions => ({
      id: memberIdFromArguments(args),
      peerUrls: toPeerUrls(flags['peer-urls']),
    }),
    run,
  });
}

export function toMemberUpdateRequest({ id, peerUrls }: MemberUpdateOptions): MemberUpdateRequest {
  return { id, peerUrls };
}

export async function runMemberUpdate(options: MemberUpdateOptions, context: CommandContext): Promise<void> {
  const client = await context.connect();
  const request = toMemberUpdateRequest(options);
  const response = await client.cluster.memberUpdate(request, { signal: context.signal });
  await context.emit({ kind: 'member-update', id: options.id, response });
}
