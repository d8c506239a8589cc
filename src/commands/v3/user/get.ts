import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';

export interface UserGetOptions {
  readonly user: string;
  readonly isDetailed: boolean;
}

const flags = { detail: boolFlag(false, 'also print the permissions of each role') };

export function registerUserGet(parent: CommandParent, run = runUserGet): void {
  parent.command({
    name: 'get',
    usage: '<user name>',
    argumentCandidates: ['user'],
    summary: 'Print the roles of a user',
    examples: ['etcdctl user get alice --detail'],
    flags,
    deadline: 'none',
    // No `result`, because it depends on the roles: with --detail, a user without roles is printed in every format.
    toOptions(args, given): UserGetOptions {
      const [user] = args;
      if (user === undefined || args.length > 1) {
        throw new UsageError('user get command requires user name as its argument');
      }
      rejectInvalidUtf8(user);
      return { user, isDetailed: given.detail };
    },
    run,
  });
}

export async function runUserGet(
  { user, isDetailed }: UserGetOptions,
  context: CommandContext,
): Promise<void> {
  const { auth } = await context.connect();
  const response = await auth.userGet({ name: user }, { signal: context.signal });
  if (!isDetailed) {
    await context.emit({ kind: 'user-get', user, response });
    return;
  }
  await context.emit({ kind: 'text', text: `User: ${user}\n` });
  for (const role of response.roles) {
    await context.emit({ kind: 'text', text: '\n' });
    const permissions = await auth.roleGet({ role }, { signal: context.signal });
    await context.emit({ kind: 'role-get', role, response: permissions });
  }
}
