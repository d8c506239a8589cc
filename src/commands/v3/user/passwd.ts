import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';
import { askNewPassword, readNewPassword } from './new-password.js';

export interface UserPasswdOptions {
  readonly user: string;
  readonly isInteractive: boolean;
}

const flags = {
  interactive: boolFlag(
    true,
    'prompt twice for the password; =false reads it from one line of standard input',
  ),
};

export function registerUserPasswd(parent: CommandParent, run = runUserPasswd): void {
  parent.command({
    name: 'passwd',
    usage: '<user name>',
    summary: 'Change the password of a user',
    examples: ['etcdctl user passwd alice'],
    flags,
    deadline: 'none',
    result: 'user-change-password',
    toOptions(args, given): UserPasswdOptions {
      const [user] = args;
      if (user === undefined || args.length > 1) {
        throw new UsageError('user passwd command requires user name as its argument');
      }
      rejectInvalidUtf8(user);
      return { user, isInteractive: given.interactive };
    },
    run,
  });
}

export async function runUserPasswd(
  { user: name, isInteractive }: UserPasswdOptions,
  context: CommandContext,
): Promise<void> {
  const password = isInteractive ? await askNewPassword(name, context) : await readNewPassword(context);
  const { auth } = await context.connect();
  const response = await auth.userChangePassword({ name, password }, { signal: context.signal });
  await context.emit({ kind: 'user-change-password', response });
}
