import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';

export interface RoleGetOptions {
  readonly role: string;
}

export function registerRoleGet(parent: CommandParent, run = runRoleGet): void {
  parent.command({
    name: 'get',
    usage: '<role name>',
    argumentCandidates: ['role'],
    summary: 'Print the permissions of a role',
    examples: ['etcdctl role get reader'],
    flags: {},
    deadline: 'none',
    result: 'role-get',
    toOptions(args): RoleGetOptions {
      const [role] = args;
      if (role === undefined || args.length > 1) {
        throw new UsageError('role get command requires role name as its argument');
      }
      rejectInvalidUtf8(role);
      return { role };
    },
    run,
  });
}

export async function runRoleGet({ role }: RoleGetOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.roleGet({ role }, { signal: context.signal });
  await context.emit({ kind: 'role-get', role, response });
}
