/**
 * # What etcd keeps in its database
 *
 * Ten buckets, of which servers make all (etcd server/storage/schema, read at v3.7.1, measured from 3.4 on). Numbers
 * in keys and values are big-endian, other than those of the database file around them.
 *
 * | bucket | key | value |
 * |---|---|---|
 * | `key` | revision (see revision-key.ts) | mvccpb.KeyValue; a deletion has only the key |
 * | `lease` | id, 8 bytes | leasepb.Lease |
 * | `alarm` | etcdserverpb.AlarmMember | empty |
 * | `auth` | `authEnabled`, `authRevision` | byte 0 or 1; u64 |
 * | `authUsers`, `authRoles` | name | authpb.User, authpb.Role |
 * | `members` | id in hexadecimal, not padded | JSON: id, peerURLs, name, clientURLs, isLearner |
 * | `members_removed` | the same | `removed` |
 * | `cluster` | `clusterVersion`, `downgrade` | `3.5.0`; JSON |
 * | `meta` | see `META_KEYS` | |
 *
 * `key` is the history of all keys: each change of each key has a record, in the order in which the changes were made.
 * The present state is what remains after replaying it. A record whose key is a plain revision and whose value is empty
 * was put there by a restore that bumps the revision: it makes the server start counting there.
 */
export const BUCKETS = {
  alarm: 'alarm',
  auth: 'auth',
  authRoles: 'authRoles',
  authUsers: 'authUsers',
  cluster: 'cluster',
  key: 'key',
  lease: 'lease',
  members: 'members',
  membersRemoved: 'members_removed',
  meta: 'meta',
} as const;

export const META_KEYS = {
  /** Raft index of the last entry applied: u64. */
  consistentIndex: 'consistent_index',
  /** Its raft term: u64. Since 3.5. */
  term: 'term',
  /** JSON, voters as numbers. Since 3.5. */
  confState: 'confState',
  /** 17 bytes, a revision whose sub is 0: that of the last compaction that was begun, and ended. */
  scheduledCompaction: 'scheduledCompactRev',
  finishedCompaction: 'finishedCompactRev',
  /** `3.6.0`. Since 3.6. */
  storageVersion: 'storageVersion',
} as const;

export const CLUSTER_KEYS = { clusterVersion: 'clusterVersion', downgrade: 'downgrade' } as const;

export const AUTH_KEYS = { enabled: 'authEnabled', revision: 'authRevision' } as const;
