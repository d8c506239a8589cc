import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { stringFlag } from '../../../cli/flags.js';
import { CommandError } from '../../../model/errors.js';
import type { V2StorePaths } from '../../../storage/backup/user-data.js';

export type CheckV2StoreOptions = V2StorePaths;

export function registerCheckV2Store(parent: CommandParent, run = runCheckV2Store): void {
  parent.command({
    name: 'v2store',
    summary: 'Check whether the v2 store holds user data',
    description: [
      'etcd 3.6 does not start if the v2 store holds user data. This command of etcdutl 3.5 reads the newest snapshot file of a',
      'stopped member. Keys that were written after it are in the WAL only, and are not checked.',
    ].join('\n'),
    examples: ['etcdutl check v2store --data-dir /var/lib/etcd'],
    flags: {
      'data-dir': stringFlag('', 'data directory of a stopped member', { isRequired: true }),
      'wal-dir': stringFlag('', 'WAL directory, if not in --data-dir'),
    },
    deadline: 'files',
    toOptions: (_args, flags): CheckV2StoreOptions => ({
      dataDirectory: flags['data-dir'],
      walDirectory: flags['wal-dir'] || undefined,
    }),
    run,
  });
}

export async function runCheckV2Store(options: CheckV2StoreOptions, context: CommandContext): Promise<void> {
  const { hasUserData } = await import('../../../storage/backup/user-data.js');
  if (await hasUserData(options)) throw new CommandError('detected custom content in v2store');
  await context.emit({ kind: 'text', text: 'No custom content found in v2store.\n' });
}
