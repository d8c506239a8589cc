import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';

export interface UserGrantRoleOptions {
  readonly user: string;
  readonly role: string;
}

export function registerUserGrantRole(parent: CommandParent, run = runUserGrantRole): void {
  parent.command({
    name: 'grant-role',
    usage: '<user name> <role name>',
    argumentCandidates: ['user', 'role'],
    summary: 'Grant a role to a user',
    examples: ['etcdctl user grant-role alice reader'],
    flags: {},
    deadline: 'none',
    result: 'user-grant-role',
    toOptions(args): UserGrantRoleOptions {
      const [user, role] = args;
      if (user === undefined || role === undefined || args.length > 2) {
        throw new UsageError('user grant command requires user name and role name as its argument');
      }
      rejectInvalidUtf8(user, role);
      return { user, role };
    },
    run,
  });
}

export async function runUserGrantRole(
  { user, role }: UserGrantRoleOptions,
  context: CommandContext,
): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.userGrantRole({ user, role }, { signal: context.signal });
  await context.emit({ kind: 'user-grant-role', user, role, response });
}
