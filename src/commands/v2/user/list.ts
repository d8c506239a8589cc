import { rejectArguments } from '../../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../../cli/v2/command.js';

export type UserListOptions = Record<string, never>;

export function registerUserList(parent: V2CommandParent, run = runUserList): void {
  parent.command({
    name: 'list',
    summary: 'List all users',
    flags: {},
    callFailure: 'plain',
    successor: 'etcdctl user list',
    toOptions(args): UserListOptions {
      rejectArguments(args);
      return {};
    },
    run,
  });
}

export async function runUserList(_options: UserListOptions, context: V2Context): Promise<void> {
  const { users } = await context.connect();
  const names = await users.list({ signal: context.deadline() });
  await context.emit({ kind: 'text', text: names.map((name) => `${name}\n`).join('') });
}
