import type { CommandParent } from '../../../cli/command.js';
import { registerDowngradeCancel } from './cancel.js';
import { registerDowngradeEnable } from './enable.js';
import { registerDowngradeValidate } from './validate.js';

export function registerDowngrade(parent: CommandParent): void {
  const downgrade = parent.family({
    name: 'downgrade',
    group: 'cluster',
    summary: 'Downgrade the cluster to the previous minor version',
    flags: {},
  });
  registerDowngradeValidate(downgrade);
  registerDowngradeEnable(downgrade);
  registerDowngradeCancel(downgrade);
}
