import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';

export interface RoleAddOptions {
  readonly role: string;
}

export function registerRoleAdd(parent: CommandParent, run = runRoleAdd): void {
  parent.command({
    name: 'add',
    usage: '<role name>',
    summary: 'Add a role without permissions',
    examples: ['etcdctl role add reader'],
    flags: {},
    deadline: 'none',
    result: 'role-add',
    toOptions(args): RoleAddOptions {
      const [role] = args;
      if (role === undefined || args.length > 1) {
        throw new UsageError('role add command requires role name as its argument');
      }
      rejectInvalidUtf8(role);
      return { role };
    },
    run,
  });
}

export async function runRoleAdd({ role }: RoleAddOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.roleAdd({ name: role }, { signal: context.signal });
  await context.emit({ kind: 'role-add', role, response });
}
