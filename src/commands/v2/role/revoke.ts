import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import {
  changeText,
  type RolePermissionOptions,
  rolePermissionFlags,
  toRolePermissionOptions,
} from './permission.js';

export function registerRoleRevoke(parent: V2CommandParent, run = runRoleRevoke): void {
  parent.command({
    name: 'revoke',
    usage: '<role>',
    summary: 'Revoke the permission to a key or a prefix from a role',
    examples: ["etcdctl role revoke reader --path '/config/*' --read"],
    flags: rolePermissionFlags,
    callFailure: 'plain',
    successor: 'etcdctl role revoke-permission',
    toOptions: toRolePermissionOptions,
    run,
  });
}

export async function runRoleRevoke(options: RolePermissionOptions, context: V2Context): Promise<void> {
  const { role, permissions } = options;
  const { roles } = await context.connect();
  const call = { signal: context.deadline() };
  const before = await roles.get(role, call);
  const after = await roles.revoke(role, permissions, call);
  await context.emit({ kind: 'text', text: changeText(before, after, 'revoked') });
}
