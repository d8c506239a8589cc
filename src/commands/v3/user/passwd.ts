import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';
import {
  type NewPasswordSource,
  newPasswordFileFlag,
  newPasswordSource,
  obtainNewPassword,
  rejectOtherPasswords,
} from './new-password.js';

export interface UserPasswdOptions {
  readonly user: string;
  readonly password: NewPasswordSource;
}

const flags = {
  interactive: boolFlag(
    true,
    'prompt twice for the password; =false reads it from one line of standard input',
  ),
  ...newPasswordFileFlag,
};

export function registerUserPasswd(parent: CommandParent, run = runUserPasswd): void {
  parent.command({
    name: 'passwd',
    usage: '<user name>',
    argumentCandidates: ['user'],
    summary: 'Change the password of a user',
    description:
      '--new-user-password-file names a file with the new password in one line; - is standard input.',
    examples: [
      'etcdctl user passwd alice',
      '# Read the new password from a file',
      'etcdctl user passwd alice --new-user-password-file=password.txt',
    ],
    flags,
    deadline: 'none',
    result: 'user-change-password',
    toOptions(args, given): UserPasswdOptions {
      const [user] = args;
      if (user === undefined || args.length > 1) {
        throw new UsageError('user passwd command requires user name as its argument');
      }
      rejectInvalidUtf8(user);
      rejectOtherPasswords(given, {});
      return { user, password: newPasswordSource(given) };
    },
    run,
  });
}

export async function runUserPasswd(
  { user: name, password: source }: UserPasswdOptions,
  context: CommandContext,
): Promise<void> {
  const password = await obtainNewPassword(name, source, context);
  const { auth } = await context.connect();
  const response = await auth.userChangePassword({ name, password }, { signal: context.signal });
  await context.emit({ kind: 'user-change-password', response });
}
