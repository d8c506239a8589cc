import type { CommandParent } from '../../../cli/command.js';
import { runSnapshotRestore, snapshotRestoreCommand } from '../../files/snapshot-restore.js';

export function registerSnapshotRestore(parent: CommandParent, run = runSnapshotRestore): void {
  parent.command({ ...snapshotRestoreCommand('etcdctl'), run });
}
