import type { CommandParent } from '../../../cli/command.js';
import { registerSnapshotRestore } from './restore.js';
import { registerSnapshotStatus } from './status.js';
import { registerSnapshotVerify } from './verify.js';

export function registerSnapshot(parent: CommandParent): void {
  const snapshot = parent.family({
    name: 'snapshot',
    group: 'files',
    summary: 'Backups of a member',
    flags: {},
  });
  registerSnapshotRestore(snapshot);
  registerSnapshotStatus(snapshot);
  registerSnapshotVerify(snapshot);
}
