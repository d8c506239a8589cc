import { roleArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export interface RoleRemoveOptions {
  readonly role: string;
}

export function registerRoleRemove(parent: V2CommandParent, run = runRoleRemove): void {
  parent.command({
    name: 'remove',
    usage: '<role>',
    summary: 'Remove a role',
    examples: ['etcdctl role remove reader'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl role delete',
    toOptions: (args): RoleRemoveOptions => ({ role: roleArgument(args) }),
    run,
  });
}

export async function runRoleRemove({ role }: RoleRemoveOptions, context: V2Context): Promise<void> {
  const { roles } = await context.connect();
  await roles.remove(role, { signal: context.deadline() });
  await context.emit({ kind: 'text', text: `Role ${role} removed\n` });
}
