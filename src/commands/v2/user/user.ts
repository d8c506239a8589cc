import type { V2CommandParent } from '../../../cli/v2/command.js';
import { registerUserAdd } from './add.js';
import { registerUserGet } from './get.js';
import { registerUserGrant } from './grant.js';
import { registerUserList } from './list.js';
import { registerUserPasswd } from './passwd.js';
import { registerUserRemove } from './remove.js';
import { registerUserRevoke } from './revoke.js';

export function registerUser(parent: V2CommandParent): void {
  const user = parent.family({ name: 'user', summary: 'Manage users' });
  registerUserAdd(user);
  registerUserGet(user);
  registerUserList(user);
  registerUserRemove(user);
  registerUserGrant(user);
  registerUserRevoke(user);
  registerUserPasswd(user);
}
