import type { CommandParent } from '../../cli/command.js';
import {
  completionDescription,
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
    summary: 'Print a script that completes commands, flags and values in a shell',
    description: completionDescription(PROGRAM),
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
