import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { UsageError } from '../../model/errors.js';

export type DoctorOptions = Record<never, never>;

export function registerDoctor(parent: CommandParent, run = runDoctor): void {
  parent.command({
    name: 'doctor',
    isAddition: true,
    group: 'cluster',
    summary: 'Examine the whole cluster, and say what is wrong and how to mend it',
    description: [
      'Asks the given endpoints and all members that they name: members, leader, raft, versions, database, alarms, hashes, reads,',
      'certificates and clocks. Reads only, proposes nothing to the cluster, and ends within ten seconds whatever does not answer.',
      'Status 0: healthy; 1: needs a person, also when something could not be asked; 2: nothing has answered.',
      'All findings, and the fields of -w json:',
      'https://github.com/etcdctl-ts/etcdctl-ts/blob/main/docs/operators.md',
    ].join('\n'),
    examples: [
      'etcdctl doctor',
      '# The names of what was found, for a script',
      "etcdctl doctor -w json | jq -r '.findings[].id'",
    ],
    flags: {},
    deadline: 'none',
    result: 'doctor-report',
    toOptions: (args): DoctorOptions => {
      if (args.length > 0) throw new UsageError('doctor command accepts no arguments');
      return {};
    },
    run,
  });
}

export async function runDoctor(_options: DoctorOptions, context: CommandContext): Promise<void> {
  const { examine } = await import('./doctor/examine.js');
  return examine(context);
}
