import type { CommandParent } from '../../../cli/command.js';
import { registerAlarmDisarm } from './disarm.js';
import { registerAlarmList } from './list.js';
import { registerAlarmRecover } from './recover.js';

export function registerAlarm(parent: CommandParent): void {
  const alarm = parent.family({
    name: 'alarm',
    group: 'cluster',
    summary: 'List and disarm alarms, recover from a full database',
    flags: {},
  });
  registerAlarmDisarm(alarm);
  registerAlarmList(alarm);
  registerAlarmRecover(alarm);
}
