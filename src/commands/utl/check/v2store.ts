import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { stringFlag } from '../../../cli/flags.js';
import { CommandError } from '../../../model/errors.js';
import type { V2StorePlace } from '../../../storage/backup/custom-content.js';

export type CheckV2StoreOptions = V2StorePlace;

export function registerCheckV2Store(parent: CommandParent, run = runCheckV2Store): void {
  parent.command({
    name: 'v2store',
    summary: 'Tell whether the version 2 store holds anything of users, with which etcd 3.6 does not start',
    description: [
      'It is the command of etcdutl 3.5, which looks into the newest snapshot file of a member that does not run. Keys that were',
      'written since are in the log only: they are not looked at.',
    ].join('\n'),
    flags: {
      'data-dir': stringFlag('', 'data directory of a member that does not run', { isRequired: true }),
      'wal-dir': stringFlag('', 'its log, where that is kept elsewhere'),
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
  const { hasCustomContent } = await import('../../../storage/backup/custom-content.js');
  if (await hasCustomContent(options)) throw new CommandError('detected custom content in v2store');
  await context.emit({ kind: 'text', text: 'No custom content found in v2store.\n' });
}
