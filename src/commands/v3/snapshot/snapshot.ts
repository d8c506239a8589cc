import type { CommandParent } from '../../../cli/command.js';
import { registerSnapshotList } from './list.js';
import { registerSnapshotRestore } from './restore.js';
import { registerSnapshotSave } from './save.js';
import { registerSnapshotStatus } from './status.js';
import { registerSnapshotVerify } from './verify.js';

export function registerSnapshot(parent: CommandParent): void {
  const snapshot = parent.family({
    name: 'snapshot',
    group: 'cluster',
    summary: 'Save, check and restore snapshots',
    flags: {},
  });
  registerSnapshotSave(snapshot);
  registerSnapshotStatus(snapshot);
  registerSnapshotVerify(snapshot);
  registerSnapshotList(snapshot);
  registerSnapshotRestore(snapshot);
}
