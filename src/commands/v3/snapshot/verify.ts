import type { CommandParent } from '../../../cli/command.js';
import { runSnapshotVerify, snapshotVerifyCommand } from '../../files/snapshot-verify.js';

export function registerSnapshotVerify(parent: CommandParent, run = runSnapshotVerify): void {
  parent.command({ ...snapshotVerifyCommand('etcdctl'), run });
}
