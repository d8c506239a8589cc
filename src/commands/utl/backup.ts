import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, stringFlag } from '../../cli/flags.js';
import type { BackupRequest } from '../../storage/backup/backup.js';
import { withProgress } from '../files/database-file.js';

export type BackupOptions = Omit<BackupRequest, 'signal' | 'onProgress'>;

export function registerBackup(parent: CommandParent, run = runBackup): void {
  parent.command({
    name: 'backup',
    group: 'files',
    summary: 'Back up a data directory',
    description: [
      'This command of etcdutl 3.5 is meant for version 2 data. With --force-new-cluster, a server starts from the backup as a new',
      'cluster of one member. For version 3 data alone, prefer `etcdctl snapshot save`, for which the server keeps running.',
    ].join('\n'),
    examples: [
      'etcdutl backup --data-dir /var/lib/etcd --backup-dir /var/backups/etcd',
      'etcd --data-dir /var/backups/etcd --force-new-cluster',
    ],
    flags: {
      'data-dir': stringFlag('', 'data directory to back up', { isRequired: true }),
      'wal-dir': stringFlag('', 'WAL directory, if not in --data-dir'),
      'backup-dir': stringFlag('', 'directory for the backup', { isRequired: true }),
      'backup-wal-dir': stringFlag('', 'directory for the WAL of the backup, if not in --backup-dir'),
      'with-v3': boolFlag(true, 'also back up version 3 data; the server must be stopped'),
    },
    deadline: 'files',
    toOptions: (_args, flags): BackupOptions => ({
      dataDirectory: flags['data-dir'],
      walDirectory: flags['wal-dir'] || undefined,
      backupDirectory: flags['backup-dir'],
      backupWalDirectory: flags['backup-wal-dir'] || undefined,
      withV3: flags['with-v3'],
    }),
    run,
  });
}

export async function runBackup(options: BackupOptions, context: CommandContext): Promise<void> {
  const { dataDirectory, backupDirectory } = options;
  const { backUp } = await import('../../storage/backup/backup.js');
  await withProgress(`Backing up ${dataDirectory}`, context, (taskOptions) =>
    backUp({ ...options, ...taskOptions }),
  );
  context.notices.line(`backed up ${dataDirectory} to ${backupDirectory}`);
}
