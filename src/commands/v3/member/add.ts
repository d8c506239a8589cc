import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag, stringFlag } from '../../../cli/flags.js';
import { bytesFromText } from '../../../go/bytes.js';
import { quoteGo } from '../../../go/quote.js';
import { UsageError } from '../../../model/errors.js';
import type { MemberAddRequest, MemberAddResponse } from '../../../model/messages/cluster.js';
import { toPeerUrls } from './peer-urls.js';

export interface MemberAddOptions {
  /** The name that the new member will have. It is printed in its settings only, not sent to the cluster. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
}

export function registerMemberAdd(parent: CommandParent, run = runMemberAdd): void {
  parent.command({
    name: 'add',
    usage: '<name>',
    summary: 'Add a voting member or a learner to the cluster',
    description: [
      'Start the new member after this command; the simple format prints its settings as shell variables. Until it has',
      'started, a voting member counts as failed. A learner does not count until it is promoted.',
    ].join('\n'),
    examples: [
      'etcdctl member add m4 --peer-urls=https://10.0.0.4:2380',
      '# Add a learner, and promote it when it has caught up',
      'etcdctl member add m4 --peer-urls=https://10.0.0.4:2380 --learner',
      'etcdctl member promote 8211f1d0f64f3269',
    ],
    flags: {
      'peer-urls': stringFlag('', 'peer URLs of the new member, comma-separated'),
      learner: boolFlag(false, 'add the member as a learner, which does not vote'),
    },
    deadline: 'command-timeout',
    result: 'member-add',
    toOptions(args, flags): MemberAddOptions {
      const [name] = args;
      if (name === undefined) throw new UsageError('member name not provided');
      if (args.length > 1) throw new UsageError(`too many arguments${misplacedUrls(args)}`);
      return { name, peerUrls: toPeerUrls(flags['peer-urls']), isLearner: flags.learner };
    },
    run,
  });
}

function misplacedUrls(args: readonly string[]): string {
  return args
    .filter((arg) => arg.toLowerCase().startsWith('http'))
    .map((url) => `, did you mean --peer-urls=${url}`)
    .join('');
}

export function toMemberAddRequest({ peerUrls, isLearner }: MemberAddOptions): MemberAddRequest {
  return { peerUrls, isLearner };
}

export async function runMemberAdd(options: MemberAddOptions, context: CommandContext): Promise<void> {
  const client = await context.connect();
  const request = toMemberAddRequest(options);
  const response = await client.cluster.memberAdd(request, { signal: context.signal });
  await context.emit({ kind: 'member-add', response });
  if (context.format === 'simple')
    await context.emit({ kind: 'text', text: startSettingsText(startSettings(options, response)) });
}

/** The environment variables to start a new member with, and their values. */
export type StartSettings = Readonly<Record<string, string>>;

/** Of a member that was added, or of one that has not started since: `members` are all, with it. */
export function startSettings(
  { name, peerUrls }: Pick<MemberAddOptions, 'name' | 'peerUrls'>,
  { member, members }: Pick<MemberAddResponse, 'member' | 'members'>,
): StartSettings {
  const cluster = members.flatMap((each) => {
    const shownName = each.id === member?.id ? name : each.name;
    return each.peerUrls.map((url) => `${shownName}=${url}`);
  });
  return {
    ETCD_NAME: name,
    ETCD_INITIAL_CLUSTER: cluster.join(','),
    ETCD_INITIAL_ADVERTISE_PEER_URLS: peerUrls.join(','),
    ETCD_INITIAL_CLUSTER_STATE: 'existing',
  };
}

/** As shell assignments. */
export function startSettingsText(settings: StartSettings): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${quoteGo(bytesFromText(value))}\n`);
  return `\n${lines.join('')}`;
}
