import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { UsageError } from '../../../model/errors.js';
import {
  AlarmAction,
  type AlarmMember,
  type AlarmRequest,
  type AlarmType,
} from '../../../model/messages/maintenance.js';

export type AlarmDisarmOptions = Readonly<Record<never, never>>;

export function registerAlarmDisarm(parent: CommandParent, run = runAlarmDisarm): void {
  parent.command({
    name: 'disarm',
    summary: 'Disarm all alarms',
    description: 'An alarm is raised again if its cause remains: for NOSPACE, compact and defragment first.',
    examples: [
      '# Make space and disarm a NOSPACE alarm',
      'etcdctl compaction 1234',
      'etcdctl defrag --cluster',
      'etcdctl alarm disarm',
    ],
    flags: {},
    deadline: 'command-timeout',
    result: 'alarm',
    toOptions(args): AlarmDisarmOptions {
      if (args.length > 0) throw new UsageError('alarm disarm command accepts no arguments');
      return {};
    },
    run,
  });
}

export function toAlarmDisarmRequest({ memberId, alarm }: AlarmMember): AlarmRequest {
  // A newer server may report an alarm type that `AlarmType` lacks: its number is sent back unchanged.
  return {
    action: AlarmAction.deactivate,
    memberId,
    alarm: alarm as (typeof AlarmType)[keyof typeof AlarmType],
  };
}

/** Lists the alarms and disarms them one by one: no request disarms all (client/v3/maintenance.go `AlarmDisarm`). */
export async function runAlarmDisarm(_options: AlarmDisarmOptions, context: CommandContext): Promise<void> {
  const { maintenance } = await context.connect();
  const call = { signal: context.signal };
  const armed = await maintenance.alarm({ action: AlarmAction.get }, call);
  const alarms: AlarmMember[] = [];
  for (const each of armed.alarms) {
    const response = await maintenance.alarm(toAlarmDisarmRequest(each), call);
    alarms.push(...response.alarms);
  }
  await context.emit({ kind: 'alarm', response: { alarms } });
}
