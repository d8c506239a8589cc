/** The cluster before a member is replaced. */
import type { CommandContext } from '../../../cli/context.js';
import { firstState, inspectCluster, type MemberState } from '../../../client/maintenance/cluster-health.js';
import { type ConnectedMember, connectMembers } from '../../../client/maintenance/connected-members.js';
import { CommandError } from '../../../model/errors.js';
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
  const url = old?.peerUrls.find((each) => options.peerUrls.includes(each));
  if (isOldAlive && old !== undefined && url !== undefined) {
    throw new CommandError(`nothing was changed: ${nameOf(old)} still runs at ${url}`, {
      reasons: ['stop it first, or give the peer URL of another machine'],
    });
  }
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

function versionProblems(states: readonly MemberState[]): string[] {
  const versions = new Set(states.map(({ status }) => status.version.split('.').slice(0, 2).join('.')));
  return versions.size < 2
    ? []
    : [`the members run different versions (${[...versions].join(', ')}): finish the upgrade first`];
}
