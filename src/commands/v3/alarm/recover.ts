import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag, durationFlag, int64Flag } from '../../../cli/flags.js';
import { UsageError } from '../../../model/errors.js';

export interface AlarmRecoverOptions {
  /** `undefined`: the current revision. */
  readonly revision: bigint | undefined;
  readonly isDryRun: boolean;
  /** Does the steps without questions. */
  readonly isConfirmed: boolean;
  readonly movesLeader: boolean;
  readonly healthTimeoutMs: number;
}

export function registerAlarmRecover(parent: CommandParent, run = runAlarmRecover): void {
  parent.command({
    name: 'recover',
    isAddition: true,
    summary: 'Free space in a full database, and allow writes again',
    description: [
      'The way out of the alarm NOSPACE: compacts the history, defragments one member after another as `defrag --rolling` does, checks the',
      'size of each member against its quota, and disarms NOSPACE. All members must be healthy otherwise. Each step is shown; on a terminal',
      'it is confirmed, elsewhere --yes is needed. It stops where a step fails; run again, it leaves out what is done.',
      '',
      'By default the store is compacted at its current revision, which frees the most. Since the alarm, only deletions change the store;',
      'watchers that are connected have seen them. Keys and their values are never deleted.',
    ].join('\n'),
    examples: [
      '# Show the situation and the steps',
      'etcdctl alarm recover --dry-run',
      'etcdctl alarm recover --yes',
      '# Keep the history from a revision on',
      'etcdctl alarm recover --revision=120000',
    ],
    flags: {
      revision: int64Flag(0n, 'compact at this revision; 0: the current one'),
      'dry-run': boolFlag(false, 'print the situation and the steps, change nothing'),
      'move-leader': boolFlag(false, 'transfer the leadership before the leader is defragmented'),
      'health-timeout': durationFlag(60_000, 'how long a member may take to be healthy again'),
      yes: boolFlag(false, 'do the steps without questions'),
    },
    deadline: 'command-timeout',
    result: 'alarm-recovery',
    toOptions(args, flags): AlarmRecoverOptions {
      if (args.length > 0) throw new UsageError('alarm recover command accepts no arguments');
      if (flags.revision < 0n) throw new UsageError('--revision must not be negative');
      if (flags['health-timeout'] < 0) throw new UsageError('--health-timeout must not be negative');
      return {
        revision: flags.revision || undefined,
        isDryRun: flags['dry-run'],
        isConfirmed: flags.yes,
        movesLeader: flags['move-leader'],
        healthTimeoutMs: flags['health-timeout'],
      };
    },
    run,
  });
}

async function runAlarmRecover(options: AlarmRecoverOptions, context: CommandContext): Promise<void> {
  const { recover } = await import('./recovery.js');
  return recover(options, context);
}
