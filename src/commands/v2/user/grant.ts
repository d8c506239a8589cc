import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { toUserRolesOptions, type UserRolesOptions, userRolesFlags } from './roles.js';

export function registerUserGrant(parent: V2CommandParent, run = runUserGrant): void {
  parent.command({
    name: 'grant',
    usage: '<user>',
    summary: 'Grant roles to a user',
    examples: ['etcdctl user grant alice --roles reader'],
    flags: userRolesFlags,
    callFailure: 'plain',
    successor: 'etcdctl user grant-role',
    toOptions: toUserRolesOptions,
    run,
  });
}

export async function runUserGrant({ user, roles }: UserRolesOptions, context: V2Context): Promise<void> {
  const { users } = await context.connect();
  await users.grant(user, roles, { signal: context.deadline() });
  await context.emit({ kind: 'text', text: `User ${user} updated\n` });
}
