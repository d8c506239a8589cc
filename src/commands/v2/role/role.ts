import type { V2CommandParent } from '../../../cli/v2/command.js';
import { registerRoleAdd } from './add.js';
import { registerRoleGet } from './get.js';
import { registerRoleGrant } from './grant.js';
import { registerRoleList } from './list.js';
import { registerRoleRemove } from './remove.js';
import { registerRoleRevoke } from './revoke.js';

export function registerRole(parent: V2CommandParent): void {
  const role = parent.family({ name: 'role', summary: 'Manage roles and their permissions' });
  registerRoleAdd(role);
  registerRoleGet(role);
  registerRoleList(role);
  registerRoleRemove(role);
  registerRoleGrant(role);
  registerRoleRevoke(role);
}
