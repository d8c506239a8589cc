import type { CommandParent } from '../../../cli/command.js';
import { runSnapshotList, snapshotListCommand } from '../../files/snapshot-directory.js';

export function registerSnapshotList(parent: CommandParent, run = runSnapshotList): void {
  parent.command({ ...snapshotListCommand('etcdutl'), run });
}
