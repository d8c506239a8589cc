import type { CommandParent } from '../../../cli/command.js';
import { registerRoleAdd } from './add.js';
import { registerRoleDelete } from './delete.js';
import { registerRoleGet } from './get.js';
import { registerRoleGrantPermission } from './grant-permission.js';
import { registerRoleList } from './list.js';
import { registerRoleRevokePermission } from './revoke-permission.js';

export function registerRole(parent: CommandParent): void {
  const role = parent.family({
    name: 'role',
    group: 'auth',
    summary: 'Manage roles and their permissions',
    flags: {},
  });
  registerRoleAdd(role);
  registerRoleDelete(role);
  registerRoleGet(role);
  registerRoleList(role);
  registerRoleGrantPermission(role);
  registerRoleRevokePermission(role);
}
