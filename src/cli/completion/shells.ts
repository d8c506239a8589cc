import { bytesFromText } from '../../go/bytes.js';
import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';
import { bashScript } from './scripts/bash.js';
import { fishScript } from './scripts/fish.js';
import { powershellScript } from './scripts/powershell.js';
import { zshScript } from './scripts/zsh.js';

/** How each shell is told to ask the program; the parameter is the program's name. */
const SCRIPTS = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
} as const satisfies Readonly<Record<string, (program: string) => string>>;

export type Shell = keyof typeof SCRIPTS;
export const SHELLS = Object.keys(SCRIPTS) as readonly Shell[];

/** The one argument of `completion`. */
export function toShell(args: readonly string[], program: string): Shell {
  const [name = ''] = args;
  const reasons = [`the shell must be one of ${SHELLS.join(', ')}`];
  if (args.length !== 1) {
    throw new UsageError(`accepts 1 arg(s), received ${args.length}`, 'flag', { reasons });
  }
  const shell = SHELLS.find((each) => each === name);
  if (shell !== undefined) return shell;
  throw new UsageError(
    `invalid argument ${quoteGo(bytesFromText(name))} for "${program} completion"`,
    'flag',
    {
      reasons,
    },
  );
}

export function completionScript(shell: Shell, program: string): string {
  return SCRIPTS[shell](program);
}

/** What help says about `completion`. */
export function completionDescription(program: string): string {
  return [
    'The script asks the installed program for candidates: it does not change when the program is updated. To load it in',
    'every session, save it where the shell looks for completions:',
    '',
    `  bash        /etc/bash_completion.d/${program}`,
    `  zsh         _${program} in a directory of $fpath, after 'autoload -U compinit; compinit'`,
    `  fish        ~/.config/fish/completions/${program}.fish`,
    '  powershell  a file that $PROFILE runs',
  ].join('\n');
}

/** For the current session of each shell. */
export function completionExamples(program: string): readonly string[] {
  return [
    '# Bash or zsh, for the current session',
    `source <(${program} completion bash)`,
    `source <(${program} completion zsh)`,
    '# Fish',
    `${program} completion fish | source`,
    '# PowerShell',
    `${program} completion powershell | Out-String | Invoke-Expression`,
  ];
}
