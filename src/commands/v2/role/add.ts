import { roleArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { V2CallError, V2Failure } from '../../../model/v2/errors.js';
import type { V2Call, V2RolesService } from '../../../model/v2/services.js';

export interface RoleAddOptions {
  readonly role: string;
}

export function registerRoleAdd(parent: V2CommandParent, run = runRoleAdd): void {
  parent.command({
    name: 'add',
    usage: '<role>',
    summary: 'Add a role without permissions',
    examples: ['etcdctl role add reader'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl role add',
    toOptions: (args): RoleAddOptions => ({ role: roleArgument(args) }),
    run,
  });
}

/**
 * Checks first whether the role exists, as etcdctl does. For an existing role, the server would return an error about an update
 * without changes.
 */
export async function runRoleAdd({ role }: RoleAddOptions, context: V2Context): Promise<void> {
  const { roles } = await context.connect();
  const call = { signal: context.deadline() };
  if (await exists(roles, role, call)) throw new V2Failure(`Role ${role} already exists`, 'plain');
  await roles.add(role, call);
  await context.emit({ kind: 'text', text: `Role ${role} created\n` });
}

async function exists(roles: V2RolesService, role: string, call: V2Call): Promise<boolean> {
  try {
    await roles.get(role, call);
    return true;
  } catch (error) {
    // The request to add the role will fail in the same way and report it.
    if (error instanceof V2CallError) return false;
    throw error;
  }
}
