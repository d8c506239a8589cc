import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { stringFlag } from '../../../cli/flags.js';
import { UsageError } from '../../../model/errors.js';
import type { MemberListRequest } from '../../../model/messages/cluster.js';

export interface MemberListOptions {
  readonly isSerializable: boolean;
}

export function registerMemberList(parent: CommandParent, run = runMemberList): void {
  parent.command({
    name: 'list',
    summary: 'List the members of the cluster',
    description:
      'The simple format is one line per member: ID, status, name, peer URLs, client URLs, is learner.',
    examples: ['etcdctl member list -w table'],
    flags: {
      consistency: stringFlag('l', 'l: linearizable read; s: serializable read, served by a single member', {
        choices: ['l', 's'],
      }),
    },
    deadline: 'command-timeout',
    result: 'member-list',
    toOptions: (_args, { consistency }): MemberListOptions => ({
      isSerializable: toIsSerializable(consistency),
    }),
    run,
  });
}

/** The error message always has `l`, as in etcdctl: it prints the flag of `get` instead (util.go `IsSerializable`, v3.7.1). */
function toIsSerializable(consistency: string): boolean {
  if (consistency === 's') return true;
  if (consistency === 'l') return false;
  throw new UsageError('unknown consistency flag "l"', 'choice', {
    reasons: [`--consistency is l or s, not ${JSON.stringify(consistency)}`],
  });
}

export function toMemberListRequest({ isSerializable }: MemberListOptions): MemberListRequest {
  return { linearizable: !isSerializable };
}

export async function runMemberList(options: MemberListOptions, context: CommandContext): Promise<void> {
  const client = await context.connect();
  const request = toMemberListRequest(options);
  const response = await client.cluster.memberList(request, { signal: context.signal });
  await context.emit({ kind: 'member-list', response });
}
