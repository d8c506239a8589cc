import { userArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';
import { V2Failure } from '../../../model/v2/errors.js';

export interface UserPasswdOptions {
  readonly user: string;
}

export function registerUserPasswd(parent: V2CommandParent, run = runUserPasswd): void {
  parent.command({
    name: 'passwd',
    usage: '<user>',
    summary: 'Change the password of a user',
    description: 'Prompts for the new password.',
    examples: ['etcdctl user passwd alice'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl user passwd',
    toOptions: (args): UserPasswdOptions => ({ user: userArgument(args) }),
    run,
  });
}

/**
 * Checks first whether the user exists: the server would create the user. etcdctl does not check; it then fails with an empty message,
 * and the user is created.
 */
export async function runUserPasswd({ user }: UserPasswdOptions, context: V2Context): Promise<void> {
  const { users } = await context.connect();
  const password = await context.prompt.password('New password: ');
  const call = { signal: context.deadline() };
  const known = await users.list(call);
  if (!known.includes(user)) throw new V2Failure(`auth: User ${user} does not exist.`, 'plain');
  await users.setPassword(user, password, call);
  await context.emit({ kind: 'text', text: 'Password updated\n' });
}
