import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { UsageError } from '../../../model/errors.js';
import { AlarmAction, type AlarmRequest } from '../../../model/messages/maintenance.js';

export type AlarmListOptions = Readonly<Record<never, never>>;

export function registerAlarmList(parent: CommandParent, run = runAlarmList): void {
  parent.command({
    name: 'list',
    summary: 'List the alarms of all members',
    flags: {},
    deadline: 'command-timeout',
    result: 'alarm',
    toOptions(args): AlarmListOptions {
      if (args.length > 0) throw new UsageError('alarm list command accepts no arguments');
      return {};
    },
    run,
  });
}

export function toAlarmListRequest(): AlarmRequest {
  return { action: AlarmAction.get };
}

export async function runAlarmList(_options: AlarmListOptions, context: CommandContext): Promise<void> {
  const client = await context.connect();
  const response = await client.maintenance.alarm(toAlarmListRequest(), { signal: context.signal });
  await context.emit({ kind: 'alarm', response });
}
