import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';

export interface UserRevokeRoleOptions {
  readonly user: string;
  readonly role: string;
}

export function registerUserRevokeRole(parent: CommandParent, run = runUserRevokeRole): void {
  parent.command({
    name: 'revoke-role',
    usage: '<user name> <role name>',
    argumentCandidates: ['user', 'role'],
    summary: 'Revoke a role from a user',
    examples: ['etcdctl user revoke-role alice reader'],
    flags: {},
    deadline: 'none',
    result: 'user-revoke-role',
    toOptions(args): UserRevokeRoleOptions {
      const [user, role] = args;
      if (user === undefined || role === undefined || args.length > 2) {
        throw new UsageError('user revoke-role requires user name and role name as its argument');
      }
      rejectInvalidUtf8(user, role);
      return { user, role };
    },
    run,
  });
}

export async function runUserRevokeRole(
  { user, role }: UserRevokeRoleOptions,
  context: CommandContext,
): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.userRevokeRole({ name: user, role }, { signal: context.signal });
  await context.emit({ kind: 'user-revoke-role', user, role, response });
}
