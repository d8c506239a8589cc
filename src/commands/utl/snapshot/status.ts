import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import {
  readSnapshotStatus,
  type SnapshotStatusOptions,
  toSnapshotStatusOptions,
} from '../../../cli/files/snapshot-status.js';

export function registerSnapshotStatus(parent: CommandParent, run = runSnapshotStatus): void {
  parent.command({
    name: 'status',
    usage: '<filename>',
    summary: 'Check a snapshot and show its hash, revision, number of keys, size and version',
    description: [
      'Keys are those that exist; the version is that of the schema, which servers record from 3.6 on. etcdctl’s command of',
      'the same name counts as it did in etcd 3.5. `snapshot verify` checks more.',
    ].join('\n'),
    flags: {},
    deadline: 'files',
    result: 'snapshot-status',
    toOptions: toSnapshotStatusOptions,
    run,
  });
}

export async function runSnapshotStatus(
  options: SnapshotStatusOptions,
  context: CommandContext,
): Promise<void> {
  const { storageVersion: version, ...status } = await readSnapshotStatus(options, 'user-keys', context);
  await context.emit({ kind: 'snapshot-status', status: { ...status, version } });
}
