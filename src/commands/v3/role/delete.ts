import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';

export interface RoleDeleteOptions {
  readonly role: string;
}

export function registerRoleDelete(parent: CommandParent, run = runRoleDelete): void {
  parent.command({
    name: 'delete',
    usage: '<role name>',
    argumentCandidates: ['role'],
    summary: 'Delete a role and revoke it from all users',
    examples: ['etcdctl role delete reader'],
    flags: {},
    deadline: 'none',
    result: 'role-delete',
    toOptions(args): RoleDeleteOptions {
      const [role] = args;
      if (role === undefined || args.length > 1) {
        throw new UsageError('role delete command requires role name as its argument');
      }
      rejectInvalidUtf8(role);
      return { role };
    },
    run,
  });
}

export async function runRoleDelete({ role }: RoleDeleteOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.roleDelete({ role }, { signal: context.signal });
  await context.emit({ kind: 'role-delete', role, response });
}
