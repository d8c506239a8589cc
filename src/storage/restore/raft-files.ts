import {
  ConfChange,
  ConfChangeType,
  Entry,
  EntryType,
  HardState,
  Metadata,
  WalSnapshot,
} from '../../wire/records.js';
import { type MemberRecord, memberJson } from '../backend/member-json.js';
import { encodeSnap, votersOnly } from '../raft-snapshot/snap-file.js';
import { WalRecordWriter } from '../wal/record-writer.js';
import type { ClusterPlan } from './cluster-plan.js';

/** The raft term of the restored log. */
export const RESTORED_TERM = 1n;

/** The index of the last entry: the log has one entry for each member. */
export function restoredIndex({ members }: ClusterPlan): bigint {
  return BigInt(members.length);
}

/**
 * The WAL of a cluster whose only entries add its members, up to the end of its last frame. A server appends to it. Zero values are
 * encoded where 3.4 to 3.6 encode them; 3.7 reads them too.
 */
export function restoredWal(plan: ClusterPlan): Uint8Array {
  const { members, localId, clusterId } = plan;
  const index = restoredIndex(plan);
  const log = new WalRecordWriter();
  log.begin();
  log.add('metadata', Metadata.encode(Metadata.create({ nodeId: localId, clusterId })).finish());
  log.add('snapshot', WalSnapshot.encode(WalSnapshot.create({ index: 0n, term: 0n })).finish());
  for (const [position, member] of members.entries())
    log.add('entry', addMember(member, BigInt(position + 1)));
  const vote = members[0]?.id ?? 0n;
  log.add('state', HardState.encode(HardState.create({ term: RESTORED_TERM, vote, commit: index })).finish());
  const snapshot = WalSnapshot.create({ index, term: RESTORED_TERM, confState: votersOnly(members) });
  log.add('snapshot', WalSnapshot.encode(snapshot).finish());
  return log.finish();
}

/** The `.snap` file that matches `restoredWal`. */
export function restoredSnap(plan: ClusterPlan): Uint8Array {
  return encodeSnap({ term: RESTORED_TERM, index: restoredIndex(plan), members: plan.members });
}

function addMember(member: MemberRecord, index: bigint): Uint8Array {
  const change = ConfChange.create({
    id: 0n,
    type: ConfChangeType.ConfChangeAddNode,
    nodeId: member.id,
    context: Buffer.from(memberJson(member)),
  });
  const entry = Entry.create({
    type: EntryType.EntryConfChange,
    term: RESTORED_TERM,
    index,
    data: ConfChange.encode(change).finish(),
  });
  return Entry.encode(entry).finish();
}
