import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag, durationFlag, stringFlag } from '../../../cli/flags.js';
import { UsageError } from '../../../model/errors.js';
import { toPeerUrls } from './peer-urls.js';

export interface MemberReplaceOptions {
  /** The name of the old member, or its id in hexadecimal. */
  readonly old: string;
  readonly peerUrls: readonly string[];
  /** The name of the new member; `undefined`: one is derived from the old one. */
  readonly name: string | undefined;
  /** How long the new member may take to start and to catch up; `undefined`: no limit. */
  readonly waitMs: number | undefined;
  readonly isDryRun: boolean;
  /** Removes the old member without a question. */
  readonly isConfirmed: boolean;
}

export function registerMemberReplace(parent: CommandParent, run = runMemberReplace): void {
  parent.command({
    name: 'replace',
    isAddition: true,
    usage: '<name_or_id>',
    argumentCandidates: ['member'],
    summary: 'Replace a member by a new one, without a moment of less redundancy',
    description: [
      'Adds the new member as a learner, prints the settings to start it with, waits until it has caught up, promotes it, and then removes',
      'the old one; if that is the leader, the leadership moves first. A member that does not answer is removed first: etcd adds no',
      'member while one is down in a cluster of three. All other members must be healthy.',
      '',
      'The wait can be interrupted. Run again with the same arguments, the command goes on where it was. On a terminal the removal is',
      'confirmed, elsewhere --yes is needed. If the new member gets the name and the peer URLs of the old one, give the ID of the old one',
      'and --name: the name alone does not tell them apart.',
    ].join('\n'),
    examples: [
      '# Show the steps',
      'etcdctl member replace m3 --peer-urls=https://10.0.0.4:2380 --dry-run',
      'etcdctl member replace m3 --peer-urls=https://10.0.0.4:2380 --name=m4',
      '# The machine of m3, whose ID is 8211f1d0f64f3269, was set up anew with its old address',
      'etcdctl member replace 8211f1d0f64f3269 --name=m3 --peer-urls=https://10.0.0.3:2380 --yes',
    ],
    flags: {
      'peer-urls': stringFlag('', 'peer URLs of the new member, comma-separated'),
      name: stringFlag('', 'name of the new member, for its settings'),
      wait: durationFlag(0, 'how long the new member may take to start and catch up; 0s: no limit'),
      'dry-run': boolFlag(false, 'print the steps, change nothing'),
      yes: boolFlag(false, 'remove the old member without a question'),
    },
    deadline: 'command-timeout',
    result: 'member-replacement',
    toOptions(args, flags): MemberReplaceOptions {
      const [old] = args;
      if (old === undefined || old === '') throw new UsageError('member name or ID not provided');
      if (args.length > 1) throw new UsageError('too many arguments: give one member name or ID');
      if (flags.wait < 0) throw new UsageError('--wait must not be negative');
      return {
        old,
        peerUrls: toPeerUrls(flags['peer-urls']),
        name: flags.name || undefined,
        waitMs: flags.wait || undefined,
        isDryRun: flags['dry-run'],
        isConfirmed: flags.yes,
      };
    },
    run,
  });
}

async function runMemberReplace(options: MemberReplaceOptions, context: CommandContext): Promise<void> {
  const { replaceMember } = await import('./replacement.js');
  return replaceMember(options, context);
}
