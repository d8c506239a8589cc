import type { CommandParent } from '../../../cli/command.js';
import { registerSnapshotSave } from './save.js';

export function registerSnapshot(parent: CommandParent): void {
  const snapshot = parent.family({
    name: 'snapshot',
    group: 'cluster',
    summary: 'Backups of a member',
    flags: {},
  });
  registerSnapshotSave(snapshot);
}
