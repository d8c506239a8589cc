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
    argumentCandidates: ['member'],
    summary: 'Update the peer URLs of a member',
    examples: ['etcdctl member update 8211f1d0f64f3269 --peer-urls=https://10.0.0.5:2380'],
    flags: { 'peer-urls': stringFlag('', 'new peer URLs of the member, comma-separated') },
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
