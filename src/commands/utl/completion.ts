import type { CommandParent } from '../../cli/command.js';
import {
  completionDescription,
  completionExamples,
  completionScript,
  SHELLS,
  type Shell,
  toShell,
} from '../../cli/completion/shells.js';
import type { CommandContext } from '../../cli/context.js';

const PROGRAM = 'etcdutl';

export interface CompletionOptions {
  readonly shell: Shell;
}

export function registerCompletion(parent: CommandParent, run = runCompletion): void {
  parent.command({
    name: 'completion',
    group: 'utility',
    usage: `<${SHELLS.join('|')}>`,
    summary: 'Print a shell completion script',
    description: completionDescription(PROGRAM),
    examples: completionExamples(PROGRAM),
    argumentChoices: SHELLS,
    flags: {},
    deadline: 'no-server',
    toOptions: (args): CompletionOptions => ({ shell: toShell(args, PROGRAM) }),
    run,
  });
}

export async function runCompletion({ shell }: CompletionOptions, context: CommandContext): Promise<void> {
  await context.emit({ kind: 'text', text: completionScript(shell, PROGRAM) });
}
