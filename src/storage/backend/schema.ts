/**
 * # The schema of etcd's database
 *
 * There are ten buckets; a server creates all of them (etcd server/storage/schema, read at v3.7.1, measured from 3.4 on). Numbers
 * in keys and values are big-endian, unlike those in the format of the database file.
 *
 * | bucket | key | value |
 * |---|---|---|
 * | `key` | revision (see revision-key.ts) | mvccpb.KeyValue; a tombstone has only the key |
 * | `lease` | id, 8 bytes | leasepb.Lease |
 * | `alarm` | etcdserverpb.AlarmMember | empty |
 * | `auth` | `authEnabled`, `authRevision` | byte 0 or 1; u64 |
 * | `authUsers`, `authRoles` | name | authpb.User, authpb.Role |
 * | `members` | id in hexadecimal, not padded | JSON: id, peerURLs, name, clientURLs, isLearner |
 * | `members_removed` | the same | `removed` |
 * | `cluster` | `clusterVersion`, `downgrade` | `3.5.0`; JSON |
 * | `meta` | see `META_KEYS` | |
 *
 * `key` is the history of all keys. Each change of a key has a record; the records are in the order of the changes. Replaying them gives
 * the present state. A record with an empty value, whose revision is not marked as a tombstone, was written by a restore with a revision
 * bump: the server continues from its revision.
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
  /** A revision of 17 bytes whose sub revision is 0: the last compaction that was scheduled, and the last that was finished. */
  scheduledCompaction: 'scheduledCompactRev',
  finishedCompaction: 'finishedCompactRev',
  /** `3.6.0`. Since 3.6. */
  storageVersion: 'storageVersion',
} as const;

export const CLUSTER_KEYS = { clusterVersion: 'clusterVersion', downgrade: 'downgrade' } as const;

export const AUTH_KEYS = { enabled: 'authEnabled', revision: 'authRevision' } as const;

/** A number in a value, such as that of `term`. */
export function encodeNumber(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** The inverse of `encodeNumber`. Throws a `RangeError` for another number of bytes than 8. */
export function decodeNumber(bytes: Uint8Array): bigint {
  return BigInt.asUintN(64, decodeSignedNumber(bytes));
}

/** As `decodeNumber`, for the ids of leases. */
export function decodeSignedNumber(bytes: Uint8Array): bigint {
  if (bytes.length !== 8) throw new RangeError(`a number has ${bytes.length} bytes instead of 8`);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(0);
}
