/** The messages inside WAL and .snap files, under names that do not collide. */
export { Metadata } from './generated/etcdserverpb/metadata.js';
export {
  ConfChange,
  ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  ConfChangeV2,
  ConfState,
  Entry,
  EntryType,
  HardState,
  Snapshot as RaftSnapshot,
  SnapshotMetadata,
} from './generated/raftpb/raft.js';
export { snapshot as SnapFile } from './generated/snappb/snap.js';
export { Record as WalRecord, Snapshot as WalSnapshot } from './generated/walpb/record.js';
