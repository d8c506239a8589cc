import { boolFlag, type FlagValues, stringFlag } from '../../cli/flags.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import type { BackupRequest } from '../../storage/backup/backup.js';

export type BackupOptions = Omit<BackupRequest, 'signal' | 'onProgress'>;

const flags = {
  'data-dir': stringFlag('', 'data directory to back up; by default the current directory'),
  'wal-dir': stringFlag('', 'WAL directory, if not in --data-dir'),
  'backup-dir': stringFlag('', 'directory for the backup; by default the current directory'),
  'backup-wal-dir': stringFlag('', 'directory for the WAL of the backup, if not in --backup-dir'),
  'with-v3': boolFlag(false, 'also back up version 3 data; the server must be stopped'),
};

export function registerBackup(parent: V2CommandParent, run = runBackup): void {
  parent.command({
    name: 'backup',
    summary: 'Back up a data directory',
    description: [
      'Reads and writes files, without a server. With --force-new-cluster, a server starts from the backup',
      'as a new cluster of one member. For version 3 data alone, prefer `snapshot save` of ETCDCTL_API=3,',
      'for which the server keeps running.',
    ].join('\n'),
    examples: [
      'etcdctl backup --data-dir /var/lib/etcd --backup-dir /var/backups/etcd',
      'etcd --data-dir /var/backups/etcd --force-new-cluster --enable-v2',
    ],
    flags,
    callFailure: 'plain',
    successor: 'etcdctl snapshot save',
    toOptions: (_args, given) => toBackupOptions(given),
    run,
  });
}

function toBackupOptions(given: FlagValues<typeof flags>): BackupOptions {
  return {
    dataDirectory: given['data-dir'] || '.',
    walDirectory: given['wal-dir'] || undefined,
    backupDirectory: given['backup-dir'] || '.',
    backupWalDirectory: given['backup-wal-dir'] || undefined,
    withV3: given['with-v3'],
  };
}

export async function runBackup(options: BackupOptions, { signal, notices }: V2Context): Promise<void> {
  const { backUp } = await import('../../storage/backup/backup.js');
  const progress = notices.progress('backing up the database');
  try {
    await backUp({ ...options, signal, onProgress: (done, total) => progress.update(done, total) });
  } finally {
    progress.stop();
  }
}
