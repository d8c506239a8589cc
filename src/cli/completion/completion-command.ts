import type { CommandParent } from '../command.js';
import {
  completionDescription,
  completionExamples,
  completionScript,
  SHELLS,
  type Shell,
  toShell,
} from './shells.js';

interface CompletionOptions {
  readonly shell: Shell;
}

/** Returns the function that registers the command `completion` of the program. */
export function completionOf(program: string): (parent: CommandParent) => void {
  return (parent) => {
    parent.command({
      name: 'completion',
      group: 'utility',
      usage: `<${SHELLS.join('|')}>`,
      summary: 'Print a shell completion script',
      description: completionDescription(program),
      examples: completionExamples(program),
      argumentChoices: SHELLS,
      flags: {},
      toOptions: (args): CompletionOptions => ({ shell: toShell(args, program) }),
      text: ({ shell }) => completionScript(shell, program),
    });
  };
}
