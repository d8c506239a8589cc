import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { toUserRolesOptions, type UserRolesOptions, userRolesFlags } from './roles.js';

export function registerUserRevoke(parent: V2CommandParent, run = runUserRevoke): void {
  parent.command({
    name: 'revoke',
    usage: '<user>',
    summary: 'Revoke roles from a user',
    examples: ['etcdctl user revoke alice --roles reader'],
    flags: userRolesFlags,
    callFailure: 'plain',
    successor: 'etcdctl user revoke-role',
    toOptions: toUserRolesOptions,
    run,
  });
}

export async function runUserRevoke({ user, roles }: UserRolesOptions, context: V2Context): Promise<void> {
  const { users } = await context.connect();
  await users.revoke(user, roles, { signal: context.deadline() });
  await context.emit({ kind: 'text', text: `User ${user} updated\n` });
}
