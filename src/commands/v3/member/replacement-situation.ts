/** The cluster before a member is replaced. */
import type { CommandContext } from '../../../cli/context.js';
import { firstState, inspectCluster, type MemberState } from '../../../client/maintenance/cluster-health.js';
import { type ConnectedMember, connectMembers } from '../../../client/maintenance/connected-members.js';
import { CommandError } from '../../../model/errors.js';
import type { Member } from '../../../model/messages/cluster.js';
import type { Client } from '../../../model/services.js';
import type { MemberReplaceOptions } from './replace.js';
import { nameOf, newNameOf, type Progress, progressOf } from './replacement-plan.js';

export interface ReplacementSituation extends Progress {
  /** All members but the old and the new one. */
  readonly staying: readonly ConnectedMember[];
  /** A client of these. */
  readonly client: Client;
  readonly isOldAlive: boolean;
  readonly isOldLeader: boolean;
  readonly newName: string;
  /** Of etcd. */
  readonly version: string;
}

/** Rejects when the request does not fit the cluster, or a member that stays is not healthy. */
export async function replacementSituation(
  options: MemberReplaceOptions,
  context: CommandContext,
): Promise<ReplacementSituation> {
  const { signal } = context;
  const { members } = await connectMembers(context, {
    wholeCluster: true,
    consequence: 'nothing was changed',
  });
  const progress = progressOf(options, members);
  const { old, added } = progress;
  const staying = members.filter(({ id }) => id !== old?.id && id !== added?.id);
  const [state, oldState] = await Promise.all([
    firstState(staying, context),
    inspectCluster(
      members.filter(({ id }) => id === old?.id),
      { signal },
    ),
  ]);
  const isOldAlive = oldState.states.length > 0;
  const problems = [...state.problems, ...versionProblems(state.states)];
  if (problems.length > 0) {
    throw new CommandError('nothing was changed, because a member that stays is not healthy', {
      reasons: problems,
    });
  }
  if (old !== undefined) checkPeerUrls(old, { progress, isOldAlive, options, context });
  const isRemovedFirst = !isOldAlive && added === undefined;
  const others = members.filter((member) => member !== added && !(isRemovedFirst && member === old));
  return {
    ...progress,
    staying,
    client: await context.connect(staying.flatMap(({ endpoints }) => endpoints)),
    isOldAlive,
    isOldLeader: old !== undefined && state.leaderId === old.id,
    newName: newNameOf(options, progress, others),
    version: state.states[0]?.status.version ?? '',
  };
}

interface PeerUrlCheck {
  readonly progress: Progress;
  readonly isOldAlive: boolean;
  readonly options: MemberReplaceOptions;
  readonly context: CommandContext;
}

/**
 * The new member can have a peer URL of the old one only when that is down. And a member that can be the replacement itself is not removed
 * by its name unless somebody confirms it: it is perhaps only restarting.
 */
function checkPeerUrls(old: Member, { progress, isOldAlive, options, context }: PeerUrlCheck): void {
  const url = old.peerUrls.find((each) => options.peerUrls.includes(each));
  if (url === undefined) return;
  const { isOldPerhapsNew } = progress;
  const name = nameOf(old);
  if (isOldAlive) {
    const advice = 'stop it first, or give the peer URL of another machine';
    throw isOldPerhapsNew
      ? new CommandError(`nothing was changed: ${name} already runs at ${url}`, {
          reasons: ['if it is the replacement, nothing is left to do', `to replace it, ${advice}`],
        })
      : new CommandError(`nothing was changed: ${name} still runs at ${url}`, { reasons: [advice] });
  }
  const isAsked = context.prompt.isInteractive && !options.isConfirmed;
  if (isOldPerhapsNew && !isAsked && !options.isDryRun) {
    throw new CommandError(
      `nothing was changed: ${name} does not answer, and has the peer URL ${url} already`,
      {
        reasons: [
          'if it is the replacement, start it, and nothing is left to do',
          `to replace it, give its ID, ${old.id.toString(16)}, instead of its name`,
        ],
      },
    );
  }
}

function versionProblems(states: readonly MemberState[]): string[] {
  const versions = new Set(states.map(({ status }) => status.version.split('.').slice(0, 2).join('.')));
  return versions.size < 2
    ? []
    : [`the members run different versions (${[...versions].join(', ')}): finish the upgrade first`];
}
