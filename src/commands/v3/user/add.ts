import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag, type FlagValues, stringFlag } from '../../../cli/flags.js';
import { rejectInvalidUtf8 } from '../../../cli/utf8.js';
import { UsageError } from '../../../model/errors.js';
import type { UserAddRequest } from '../../../model/messages/auth.js';
import {
  type NewPasswordSource,
  newPasswordFileFlag,
  newPasswordSource,
  obtainNewPassword,
  rejectOtherPasswords,
} from './new-password.js';

export interface UserAddOptions {
  readonly user: string;
  /** `none`: the user can authenticate by certificate only. */
  readonly password: { readonly given: string } | NewPasswordSource | 'none';
}

const flags = {
  interactive: boolFlag(
    true,
    'prompt twice for the password; =false reads it from one line of standard input',
  ),
  'new-user-password': stringFlag('', 'password of the new user; the argument is then the name only'),
  ...newPasswordFileFlag,
  'no-password': boolFlag(
    false,
    'add a user without password, who authenticates with a certificate of this common name',
  ),
};

export function registerUserAdd(parent: CommandParent, run = runUserAdd): void {
  parent.command({
    name: 'add',
    usage: '<user name or user:password>',
    summary: 'Add a user',
    description: [
      'Other users of the machine can see a password on the command line, for example with `ps`. --new-user-password-file names a',
      'file with the password in one line; - is standard input.',
    ].join('\n'),
    examples: [
      '# Prompt for the password',
      'etcdctl user add alice',
      '# Read the password from a file',
      'etcdctl user add alice --new-user-password-file=password.txt',
      '# Add a user who authenticates with a client certificate',
      'etcdctl user add backup --no-password',
    ],
    flags,
    deadline: 'none',
    result: 'user-add',
    toOptions: toUserAddOptions,
    run,
  });
}

function toUserAddOptions(args: readonly string[], given: FlagValues<typeof flags>): UserAddOptions {
  const [argument] = args;
  if (argument === undefined || args.length > 1) {
    throw new UsageError('user add command requires user name as its argument');
  }
  rejectInvalidUtf8(argument, given['new-user-password']);
  const colon = argument.indexOf(':');
  rejectOtherPasswords(given, {
    '--no-password': given['no-password'],
    '--new-user-password': given['new-user-password'] !== '',
    'user:password': colon >= 0,
  });
  if (given['no-password']) return { user: argument, password: 'none' };
  if (given['new-user-password'] !== '') {
    return { user: argument, password: { given: given['new-user-password'] } };
  }
  if (colon < 0) return { user: argument, password: newPasswordSource(given) };
  if (colon === 0) throw new UsageError('empty user name is not allowed');
  return { user: argument.slice(0, colon), password: { given: argument.slice(colon + 1) } };
}

export function toUserAddRequest({ user }: UserAddOptions, password: string | undefined): UserAddRequest {
  return { name: user, password: password ?? '', options: { noPassword: password === undefined } };
}

export async function runUserAdd(options: UserAddOptions, context: CommandContext): Promise<void> {
  const password = await passwordOf(options, context);
  const { auth } = await context.connect();
  const response = await auth.userAdd(toUserAddRequest(options, password), { signal: context.signal });
  await context.emit({ kind: 'user-add', user: options.user, response });
}

async function passwordOf(
  { user, password }: UserAddOptions,
  context: CommandContext,
): Promise<string | undefined> {
  if (password === 'none') return undefined;
  if (typeof password === 'object' && 'given' in password) return password.given;
  return obtainNewPassword(user, password, context);
}
