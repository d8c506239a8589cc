import { userArgument } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export interface UserAddOptions {
  readonly user: string;
  /** `undefined`: the command prompts for it. */
  readonly password?: string;
}

export function registerUserAdd(parent: V2CommandParent, run = runUserAdd): void {
  parent.command({
    name: 'add',
    usage: '<user or user:password>',
    summary: 'Add a user',
    description: 'Other users of the machine can see a password on the command line, for example with `ps`.',
    examples: ['# Prompt for the password', 'etcdctl user add alice'],
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl user add',
    toOptions: (args) => toUserAddOptions(userArgument(args)),
    run,
  });
}

/** Parses `name[:password]`, split at the first colon. */
function toUserAddOptions(argument: string): UserAddOptions {
  const colonAt = argument.indexOf(':');
  if (colonAt < 0) return { user: argument };
  return { user: argument.slice(0, colonAt), password: argument.slice(colonAt + 1) };
}

export async function runUserAdd({ user, password }: UserAddOptions, context: V2Context): Promise<void> {
  const { users } = await context.connect();
  const chosen = password ?? (await context.prompt.password('New password: '));
  await users.setPassword(user, chosen, { signal: context.deadline() });
  await context.emit({ kind: 'text', text: `User ${user} created\n` });
}
