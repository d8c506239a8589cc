import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { withProgress } from '../../cli/files/progress.js';
import { boolFlag, stringFlag } from '../../cli/flags.js';
import type { BackupRequest } from '../../storage/backup/backup.js';

export type BackupOptions = Omit<BackupRequest, 'signal' | 'onProgress'>;

export function registerBackup(parent: CommandParent, run = runBackup): void {
  parent.command({
    name: 'backup',
    group: 'files',
    summary: 'Make a copy of a data directory from which a new cluster of one member can start',
    description: [
      'It is the command of etcdutl 3.5, for data of version 2; with --force-new-cluster a server starts from the copy:',
      '',
      '  etcdutl backup --data-dir /var/lib/etcd --backup-dir /var/backups/etcd',
      '  etcd --data-dir /var/backups/etcd --force-new-cluster',
      '',
      'For version 3 data alone, `etcdctl snapshot save` is the better way: the server goes on meanwhile.',
    ].join('\n'),
    flags: {
      'data-dir': stringFlag('', 'data directory to back up', { isRequired: true }),
      'wal-dir': stringFlag('', 'its log, where that is kept elsewhere'),
      'backup-dir': stringFlag('', 'where to put the backup', { isRequired: true }),
      'backup-wal-dir': stringFlag('', 'where to put the log of the backup, if elsewhere'),
      'with-v3': boolFlag(true, 'back up the data of version 3 too; the server must not run'),
    },
    deadline: 'files',
    toOptions: (_args, flags): BackupOptions => ({
      dataDirectory: flags['data-dir'],
      walDirectory: flags['wal-dir'] || undefined,
      backupDirectory: flags['backup-dir'],
      backupWalDirectory: flags['backup-wal-dir'] || undefined,
      withVersion3: flags['with-v3'],
    }),
    run,
  });
}

export async function runBackup(options: BackupOptions, context: CommandContext): Promise<void> {
  const { dataDirectory, backupDirectory } = options;
  const { backUp } = await import('../../storage/backup/backup.js');
  await withProgress(`Backing up ${dataDirectory}`, context, (pace) => backUp({ ...options, ...pace }));
  context.notices.line(`backed up ${dataDirectory} to ${backupDirectory}`);
}
