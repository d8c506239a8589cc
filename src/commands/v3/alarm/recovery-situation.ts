/** The cluster before it is recovered. */
import type { CommandContext } from '../../../cli/context.js';
import { type ClusterState, firstState } from '../../../client/maintenance/cluster-health.js';
import { findCompactedRevision } from '../../../client/maintenance/compacted-revision.js';
import {
  type ConnectedMember,
  connectMembers,
  hasClient,
} from '../../../client/maintenance/connected-members.js';
import { type StorageUse, storageUseOf } from '../../../client/maintenance/storage-use.js';
import { CommandError } from '../../../model/errors.js';
import { type AlarmMember, AlarmType } from '../../../model/messages/maintenance.js';
import type { Client } from '../../../model/services.js';
import type { AlarmRecoverOptions } from './recover.js';

export interface RecoverySituation {
  readonly members: readonly ConnectedMember[];
  readonly state: ClusterState;
  /** NOSPACE only. */
  readonly alarms: readonly AlarmMember[];
  readonly use: readonly StorageUse[];
  readonly client: Client;
  readonly revision: bigint;
  readonly compactedRevision: bigint;
  /** Where to compact. */
  readonly target: bigint;
}

/** Rejects when something but NOSPACE is wrong. */
export async function recoverySituation(
  options: AlarmRecoverOptions,
  context: CommandContext,
): Promise<RecoverySituation> {
  const { signal } = context;
  const { members } = await connectMembers(context, {
    wholeCluster: true,
    consequence: 'nothing was changed',
  });
  const state = await firstState(members, context);
  if (state.problems.length > 0) throw unhealthyError(state);
  const leader = state.states.find(({ member }) => member.id === state.leaderId);
  if (leader === undefined || !hasClient(leader.member)) {
    throw new CommandError('nothing was changed, because the leader is not in the list of members');
  }
  const { client } = leader.member;
  const revision = leader.status.header?.revision ?? 0n;
  const target = options.revision ?? revision;
  if (target > revision) {
    throw new CommandError(`nothing was changed: the store is at revision ${revision}, before ${target}`);
  }
  return {
    members,
    state,
    alarms: state.alarms
      .filter(({ alarm }) => alarm === AlarmType.noSpace)
      // The server lists them in a random order.
      .sort((a, b) => (memberName(a.memberId, members) < memberName(b.memberId, members) ? -1 : 1)),
    use: await storageUseOf(state.states, context.fetchMetrics),
    client,
    revision,
    compactedRevision: await findCompactedRevision(client, revision, { signal }),
    target,
  };
}

function unhealthyError({ problems, alarms }: ClusterState): CommandError {
  const isCorrupt = alarms.some(({ alarm }) => alarm === AlarmType.corrupt);
  return new CommandError('nothing was changed, because the cluster is not healthy', {
    reasons: [
      ...problems,
      ...(isCorrupt
        ? [
            'CORRUPT is never disarmed here: compare the members with `etcdctl endpoint hashkv --cluster` first',
          ]
        : []),
    ],
  });
}

export function memberName(memberId: bigint, members: readonly ConnectedMember[]): string {
  return members.find(({ id }) => id === memberId)?.name || memberId.toString(16);
}
