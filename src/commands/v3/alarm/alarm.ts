import type { CommandParent } from '../../../cli/command.js';
import { registerAlarmDisarm } from './disarm.js';
import { registerAlarmList } from './list.js';

export function registerAlarm(parent: CommandParent): void {
  const alarm = parent.family({
    name: 'alarm',
    group: 'cluster',
    summary: 'List and disarm alarms',
    flags: {},
  });
  registerAlarmDisarm(alarm);
  registerAlarmList(alarm);
}
