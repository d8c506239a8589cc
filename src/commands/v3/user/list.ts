import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { UsageError } from '../../../model/errors.js';

export type UserListOptions = Record<never, never>;

export function registerUserList(parent: CommandParent, run = runUserList): void {
  parent.command({
    name: 'list',
    summary: 'List all users',
    flags: {},
    deadline: 'none',
    result: 'user-list',
    toOptions(args): UserListOptions {
      if (args.length > 0) throw new UsageError('user list command requires no arguments');
      return {};
    },
    run,
  });
}

export async function runUserList(_options: UserListOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.userList({}, { signal: context.signal });
  await context.emit({ kind: 'user-list', response });
}
