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
    summary: 'Check a snapshot and show its hash, revision, number of keys and size',
    description: [
      'All records of all buckets count as keys, as in etcdctl 3.4 and 3.5. etcdutl’s command of the same name counts the',
      'keys that exist. `snapshot verify` checks more.',
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
  const { storageVersion: _notShown, ...status } = await readSnapshotStatus(options, 'pairs', context);
  await context.emit({ kind: 'snapshot-status', status: { ...status, version: undefined } });
}
