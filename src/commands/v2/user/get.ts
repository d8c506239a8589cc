import { userArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export interface UserGetOptions {
  readonly user: string;
}

export function registerUserGet(parent: V2CommandParent, run = runUserGet): void {
  parent.command({
    name: 'get',
    usage: '<user>',
    summary: 'Print the roles of a user',
    examples: ['etcdctl user get alice'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl user get',
    toOptions: (args): UserGetOptions => ({ user: userArgument(args) }),
    run,
  });
}

export async function runUserGet({ user }: UserGetOptions, context: V2Context): Promise<void> {
  const { users } = await context.connect();
  const { name, roles } = await users.get(user, { signal: context.deadline() });
  // etcdctl first decodes the roles as an array of strings. They are objects: each becomes an empty string, which is kept.
  const shown = [...roles.map(() => ''), ...roles].join(' ');
  await context.emit({ kind: 'text', text: `User: ${name}\nRoles: ${shown}\n` });
}
