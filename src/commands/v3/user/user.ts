import type { CommandParent } from '../../../cli/command.js';
import { registerUserAdd } from './add.js';
import { registerUserDelete } from './delete.js';
import { registerUserGet } from './get.js';
import { registerUserGrantRole } from './grant-role.js';
import { registerUserList } from './list.js';
import { registerUserPasswd } from './passwd.js';
import { registerUserRevokeRole } from './revoke-role.js';

export function registerUser(parent: CommandParent): void {
  const user = parent.family({
    name: 'user',
    group: 'auth',
    summary: 'Manage users',
    flags: {},
  });
  registerUserAdd(user);
  registerUserDelete(user);
  registerUserGet(user);
  registerUserList(user);
  registerUserPasswd(user);
  registerUserGrantRole(user);
  registerUserRevokeRole(user);
}
