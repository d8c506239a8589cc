/** The protobuf messages in the backend's buckets `key`, `lease`, `alarm`, `authUsers`, `authRoles`. */
export {
  Permission,
  Permission_Type as PermissionType,
  Role,
  User,
  UserAddOptions,
} from './generated/authpb/auth.js';
export { AlarmMember, AlarmType } from './generated/etcdserverpb/maintenance.js';
/** The messages in WAL and .snap files, renamed where two packages have the same name. */
export { Metadata } from './generated/etcdserverpb/metadata.js';
export { Lease } from './generated/leasepb/lease.js';
export { KeyValue } from './generated/mvccpb/kv.js';
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
