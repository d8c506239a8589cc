import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import {
  changeText,
  type RolePermissionOptions,
  rolePermissionFlags,
  toRolePermissionOptions,
} from './permission.js';

export function registerRoleGrant(parent: V2CommandParent, run = runRoleGrant): void {
  parent.command({
    name: 'grant',
    usage: '<role>',
    summary: 'Grant a role permission to a key or a prefix',
    examples: ["etcdctl role grant reader --path '/config/*' --read"],
    flags: rolePermissionFlags,
    callFailure: 'plain',
    successor: 'etcdctl role grant-permission',
    toOptions: toRolePermissionOptions,
    run,
  });
}

export async function runRoleGrant(options: RolePermissionOptions, context: V2Context): Promise<void> {
  const { role, permissions } = options;
  const { roles } = await context.connect();
  const call = { signal: context.deadline() };
  const before = await roles.get(role, call);
  const after = await roles.grant(role, permissions, call);
  await context.emit({ kind: 'text', text: changeText(before, after, 'granted') });
}
