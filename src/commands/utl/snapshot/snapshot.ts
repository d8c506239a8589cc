import type { CommandParent } from '../../../cli/command.js';
import { registerSnapshotList } from './list.js';
import { registerSnapshotRestore } from './restore.js';
import { registerSnapshotStatus } from './status.js';
import { registerSnapshotVerify } from './verify.js';

export function registerSnapshot(parent: CommandParent): void {
  const snapshot = parent.family({
    name: 'snapshot',
    group: 'files',
    summary: 'Check and restore snapshots',
    flags: {},
  });
  registerSnapshotRestore(snapshot);
  registerSnapshotStatus(snapshot);
  registerSnapshotVerify(snapshot);
  registerSnapshotList(snapshot);
}
