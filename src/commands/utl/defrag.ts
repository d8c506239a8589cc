import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { defragmentDirectory } from '../../cli/files/defragment.js';
import { stringFlag } from '../../cli/flags.js';

export interface DefragOptions {
  readonly dataDirectory: string;
}

export function registerDefrag(parent: CommandParent, run = runDefrag): void {
  parent.command({
    name: 'defrag',
    group: 'files',
    summary: 'Give unused space of a member’s database back',
    description: [
      'The server must not run: the command waits for it, and gives up after --timeout. The new file takes the place of the',
      'old one when it is complete and checked.',
    ].join('\n'),
    flags: {
      'data-dir': stringFlag('', 'data directory of a member that does not run', { isRequired: true }),
    },
    deadline: 'files',
    toOptions: (_args, flags): DefragOptions => ({ dataDirectory: flags['data-dir'] }),
    run,
  });
}

export async function runDefrag({ dataDirectory }: DefragOptions, context: CommandContext): Promise<void> {
  await defragmentDirectory(dataDirectory, context);
}
