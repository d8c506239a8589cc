import { boolFlag, type FlagValues, stringFlag } from '../../cli/flags.js';
import type { V2CommandParent } from '../../cli/v2/command.js';
import type { V2Context } from '../../cli/v2/context.js';
import type { BackupRequest } from '../../storage/backup/backup.js';

export type BackupOptions = Omit<BackupRequest, 'signal' | 'onProgress'>;

const flags = {
  'data-dir': stringFlag('', 'data directory to back up; by default the current directory'),
  'wal-dir': stringFlag('', 'its log, where that is kept elsewhere'),
  'backup-dir': stringFlag('', 'where to put the backup; by default the current directory'),
  'backup-wal-dir': stringFlag('', 'where to put the log of the backup, if elsewhere'),
  'with-v3': boolFlag(false, 'back up the data of version 3 too; the server must not run'),
};

export function registerBackup(parent: V2CommandParent, run = runBackup): void {
  parent.command({
    name: 'backup',
    summary: 'Make a copy of a data directory from which a new cluster of one member can start',
    description: [
      'Works on files, and asks no server. Start from the backup with --force-new-cluster:',
      '  etcdctl backup --data-dir /var/lib/etcd --backup-dir /var/backups/etcd',
      '  etcd --data-dir /var/backups/etcd --force-new-cluster --enable-v2',
      'For version 3 data alone, `snapshot save` with ETCDCTL_API=3 is the better way: the server goes on meanwhile.',
    ].join('\n'),
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
    withVersion3: given['with-v3'],
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
