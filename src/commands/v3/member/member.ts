import type { CommandParent } from '../../../cli/command.js';
import { registerMemberAdd } from './add.js';
import { registerMemberList } from './list.js';
import { registerMemberPromote } from './promote.js';
import { registerMemberRemove } from './remove.js';
import { registerMemberReplace } from './replace.js';
import { registerMemberUpdate } from './update.js';

export function registerMember(parent: CommandParent): void {
  const member = parent.family({
    name: 'member',
    group: 'cluster',
    summary: 'Manage the members of the cluster',
    flags: {},
  });
  registerMemberAdd(member);
  registerMemberRemove(member);
  registerMemberUpdate(member);
  registerMemberList(member);
  registerMemberPromote(member);
  registerMemberReplace(member);
}
