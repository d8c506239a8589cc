import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';

export interface UserDeleteOptions {
  readonly user: string;
}

export function registerUserDelete(parent: CommandParent, run = runUserDelete): void {
  parent.command({
    name: 'delete',
    usage: '<user name>',
    argumentCandidates: ['user'],
    summary: 'Delete a user',
    examples: ['etcdctl user delete alice'],
    flags: {},
    deadline: 'none',
    result: 'user-delete',
    toOptions(args): UserDeleteOptions {
      const [user] = args;
      if (user === undefined || args.length > 1) {
        throw new UsageError('user delete command requires user name as its argument');
      }
      rejectInvalidUtf8(user);
      return { user };
    },
    run,
  });
}

export async function runUserDelete({ user }: UserDeleteOptions, context: CommandContext): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.userDelete({ name: user }, { signal: context.signal });
  await context.emit({ kind: 'user-delete', user, response });
}
