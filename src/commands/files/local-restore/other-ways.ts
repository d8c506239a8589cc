import { cleanPath, joinPath } from '../../../go/file-path.js';
import { CommandError } from '../../../model/errors.js';
import type { LocalEtcd } from '../../../model/local-etcd.js';
import { FileByteSource } from '../../../storage/byte-source.js';
import { compressionOf } from '../../../storage/compressed/open-database.js';
import { realPath } from '../../../storage/directory.js';
import type { SnapshotRestoreOptions } from '../snapshot-restore.js';

const DISTRIBUTIONS = {
  k3s: { program: 'k3s', service: 'k3s' },
  rke2: { program: 'rke2', service: 'rke2-server' },
} as const;

/** The other programs read uncompressed snapshots. */
function decompression(file: string): string[] {
  const source = FileByteSource.open(file);
  try {
    const compression = compressionOf(source);
    return compression === undefined
      ? []
      : ['decompress the snapshot, and use that file:', `  ${compression} -d -k ${file}`];
  } finally {
    source.close();
  }
}

/**
 * k3s and RKE2 restore their own etcd: the certificates and tokens on disk have to fit those in the snapshot, and their servers join the
 * restored one again (docs.k3s.io/cli/etcd-snapshot, docs.rke2.io/datastore/backup_restore). Throws a `CommandError` with their commands.
 */
export function rejectOtherWays(
  { layout, source }: LocalEtcd,
  { snapshotPath }: SnapshotRestoreOptions,
): void {
  if (layout !== 'k3s' && layout !== 'rke2') return;
  const { program, service } = DISTRIBUTIONS[layout];
  const directory = cleanPath(source.replace(/\/server\/tls\/etcd$/, ''));
  const isDefault = directory === `/var/lib/rancher/${layout}`;
  const file = realPath(snapshotPath);
  const flags = isDefault ? '' : ` --data-dir ${directory}`;
  const database = joinPath(directory, 'server/db');
  throw new CommandError(`nothing was changed, because ${program} restores its etcd itself`, {
    reasons: [
      ...decompression(file),
      'on one server, with its token at hand if it is a new machine:',
      `  systemctl stop ${service}`,
      `  ${program} server${flags} --cluster-reset --cluster-reset-restore-path=${file}`,
      `  systemctl start ${service}`,
      'on each other server, stopped before the reset, so that it joins again:',
      `  systemctl stop ${service}`,
      `  mv ${database} ${database}.old`,
      `  systemctl start ${service}`,
    ],
  });
}
