import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import {
  readSnapshotStatus,
  type SnapshotStatusOptions,
  toSnapshotStatusOptions,
} from '../../files/snapshot-status.js';

export function registerSnapshotStatus(parent: CommandParent, run = runSnapshotStatus): void {
  parent.command({
    name: 'status',
    usage: '<filename>',
    summary: 'Print the hash, revision, number of keys, size and version of a snapshot',
    description: [
      'Only live keys are counted; `etcdctl snapshot status` counts as etcdctl 3.5 does. The version is that of the storage schema,',
      'which servers record since 3.6. Use `snapshot verify` for a complete check.',
    ].join('\n'),
    examples: ['etcdutl snapshot status backup.db -w table'],
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
