import type { CommandContext } from '../../../cli/context.js';
import { TextScanner } from '../../../go/text-scanner.js';
import { UsageError } from '../../../model/errors.js';

/** Prompts twice for a password, without echo. */
export async function askNewPassword(
  user: string,
  { prompt }: Pick<CommandContext, 'prompt'>,
): Promise<string> {
  const password = await prompt.password(`Password of ${user}: `);
  if (password === '') throw new UsageError('empty password');
  const again = await prompt.password(`Type password of ${user} again for confirmation: `);
  if (password !== again) throw new UsageError('given passwords are different');
  return password;
}

/** The first word of the next line of standard input, as by Go's `fmt.Scanf("%s")`; empty when there is none. */
export async function readNewPassword({ prompt }: Pick<CommandContext, 'prompt'>): Promise<string> {
  return new TextScanner(await prompt.line()).word() ?? '';
}
