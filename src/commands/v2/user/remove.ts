import { userArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export interface UserRemoveOptions {
  readonly user: string;
}

export function registerUserRemove(parent: V2CommandParent, run = runUserRemove): void {
  parent.command({
    name: 'remove',
    usage: '<user>',
    summary: 'Remove a user',
    examples: ['etcdctl user remove alice'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl user delete',
    toOptions: (args): UserRemoveOptions => ({ user: userArgument(args) }),
    run,
  });
}

export async function runUserRemove({ user }: UserRemoveOptions, context: V2Context): Promise<void> {
  const { users } = await context.connect();
  await users.remove(user, { signal: context.deadline() });
  await context.emit({ kind: 'text', text: `User ${user} removed\n` });
}
