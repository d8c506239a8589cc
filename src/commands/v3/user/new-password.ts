import type { CommandContext } from '../../../cli/context.js';
import { stringFlag } from '../../../cli/flags.js';
import { TextScanner } from '../../../go/text-scanner.js';
import { UsageError } from '../../../model/errors.js';

/** Where the new password of a user comes from. `prompt`: ask for it twice; `stdin`: one line of standard input. */
export type NewPasswordSource = 'prompt' | 'stdin' | { readonly file: string };

const FILE_FLAG = 'new-user-password-file';

export const newPasswordFileFlag = {
  [FILE_FLAG]: stringFlag('', 'file with the new password of the user; - reads standard input', {
    isAddition: true,
  }),
};

interface PasswordFlags {
  readonly interactive: boolean;
  readonly [FILE_FLAG]: string;
}

export function newPasswordSource({ interactive, [FILE_FLAG]: file }: PasswordFlags): NewPasswordSource {
  if (file !== '') return { file };
  return interactive ? 'prompt' : 'stdin';
}

/** @throws UsageError when the password comes from a file and from one of the others too */
export function rejectOtherPasswords(
  { interactive, [FILE_FLAG]: file }: PasswordFlags,
  others: Readonly<Record<string, boolean>>,
): void {
  if (file === '') return;
  const given = Object.entries({ '--interactive=false': !interactive, ...others }).find(
    ([, isGiven]) => isGiven,
  );
  if (given === undefined) return;
  throw new UsageError(
    `--${FILE_FLAG} and ${given[0]} cannot be used together: give only one of them`,
    'flag',
  );
}

export async function obtainNewPassword(
  user: string,
  source: NewPasswordSource,
  context: Pick<CommandContext, 'prompt' | 'readSecret'>,
): Promise<string> {
  if (source === 'prompt') return askNewPassword(user, context);
  if (source === 'stdin') return readNewPassword(context);
  return context.readSecret({ flag: `--${FILE_FLAG}`, file: source.file });
}

/** Prompts twice for a password, without echo. */
async function askNewPassword(user: string, { prompt }: Pick<CommandContext, 'prompt'>): Promise<string> {
  const password = await prompt.password(`Password of ${user}: `);
  if (password === '') throw new UsageError('empty password');
  const again = await prompt.password(`Type password of ${user} again for confirmation: `);
  if (password !== again) throw new UsageError('given passwords are different');
  return password;
}

/** The first word of the next line of standard input, as by Go's `fmt.Scanf("%s")`; empty when there is none. */
async function readNewPassword({ prompt }: Pick<CommandContext, 'prompt'>): Promise<string> {
  return new TextScanner(await prompt.line()).word() ?? '';
}
