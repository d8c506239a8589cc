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
    summary: 'Print the hash, revision, number of keys and size of a snapshot',
    description: [
      'Every record of every bucket counts as a key, as in etcdctl 3.4 and 3.5; `etcdutl snapshot status` counts live keys only.',
      'Use `snapshot verify` for a complete check.',
    ].join('\n'),
    examples: ['etcdctl snapshot status backup.db -w table'],
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
  const { storageVersion: _notShown, ...status } = await readSnapshotStatus(options, 'pairs', context);
  await context.emit({ kind: 'snapshot-status', status: { ...status, version: undefined } });
}
