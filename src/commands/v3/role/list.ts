import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { UsageError } from '../../../model/errors.js';

export type RoleListOptions = Record<never, never>;

export function registerRoleList(parent: CommandParent, run = runRoleList): void {
  parent.command({
    name: 'list',
    summary: 'List all roles',
    flags: {},
    deadline: 'none',
    result: 'role-list',
    toOptions(args): RoleListOptions {
      if (args.length > 0) throw new UsageError('role list command requires no arguments');
      return {};
    },
    run,
  });
}

export async function runRoleList(_options: RoleListOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.roleList({}, { signal: context.signal });
  await context.emit({ kind: 'role-list', response });
}
