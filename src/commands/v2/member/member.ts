import type { V2CommandParent } from '../../../cli/v2/command.js';
import { registerMemberAdd } from './add.js';
import { registerMemberList } from './list.js';
import { registerMemberRemove } from './remove.js';
import { registerMemberUpdate } from './update.js';

export function registerMember(parent: V2CommandParent): void {
  const member = parent.family({ name: 'member', summary: 'Manage the members of the cluster' });
  registerMemberList(member);
  registerMemberAdd(member);
  registerMemberRemove(member);
  registerMemberUpdate(member);
}
