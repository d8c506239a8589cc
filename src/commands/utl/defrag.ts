import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { stringFlag } from '../../cli/flags.js';
import { defragmentDirectory } from '../files/defragment.js';

export interface DefragOptions {
  readonly dataDirectory: string;
}

export function registerDefrag(parent: CommandParent, run = runDefrag): void {
  parent.command({
    name: 'defrag',
    group: 'files',
    summary: 'Defragment the database of a stopped member',
    description: [
      'The server must be stopped: the command waits for its lock on the database, and fails after --timeout. The new file',
      'replaces the old one when it is complete and verified.',
    ].join('\n'),
    examples: ['etcdutl defrag --data-dir /var/lib/etcd'],
    flags: {
      'data-dir': stringFlag('', 'data directory of a stopped member', { isRequired: true }),
    },
    deadline: 'files',
    toOptions: (_args, flags): DefragOptions => ({ dataDirectory: flags['data-dir'] }),
    run,
  });
}

export async function runDefrag({ dataDirectory }: DefragOptions, context: CommandContext): Promise<void> {
  await defragmentDirectory(dataDirectory, context);
}
