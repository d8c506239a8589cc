import { AlarmMember, KeyValue, Lease, Role, User } from '../../wire/records.js';
import { type MemberRecord, parseMemberJson } from './member-json.js';
import { decodeRevisionKey, type Revision } from './revision-key.js';
import { AUTH_KEYS, BUCKETS, decodeNumber, decodeSignedNumber, META_KEYS } from './schema.js';

/** A decoded key-value pair of a bucket. */
export type BackendRecord =
  | { readonly kind: 'change'; readonly revision: Revision; readonly keyValue: KeyValue }
  | { readonly kind: 'lease'; readonly id: bigint; readonly lease: Lease }
  | { readonly kind: 'alarm'; readonly alarm: AlarmMember }
  | { readonly kind: 'user'; readonly name: string; readonly user: User }
  | { readonly kind: 'role'; readonly name: string; readonly role: Role }
  | { readonly kind: 'auth-enabled'; readonly bytes: Uint8Array }
  | { readonly kind: 'number'; readonly name: string; readonly value: bigint }
  | { readonly kind: 'compaction'; readonly name: string; readonly revision: Revision }
  | { readonly kind: 'member'; readonly member: MemberRecord }
  | { readonly kind: 'removed-member'; readonly id: string }
  /** A pair whose format this program does not know. */
  | { readonly kind: 'raw' };

type Decoder = (key: Uint8Array, value: Uint8Array) => BackendRecord;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  [
    BUCKETS.key,
    (key, value) => ({
      kind: 'change',
      revision: decodeRevisionKey(key),
      keyValue: KeyValue.decode(value),
    }),
  ],
  [
    BUCKETS.lease,
    (key, value) => ({ kind: 'lease', id: decodeSignedNumber(key), lease: Lease.decode(value) }),
  ],
  [BUCKETS.alarm, (key) => ({ kind: 'alarm', alarm: AlarmMember.decode(key) })],
  [BUCKETS.auth, decodeAuth],
  [BUCKETS.authUsers, (key, value) => ({ kind: 'user', name: text(key), user: User.decode(value) })],
  [BUCKETS.authRoles, (key, value) => ({ kind: 'role', name: text(key), role: Role.decode(value) })],
  [BUCKETS.members, (_key, value) => ({ kind: 'member', member: parseMemberJson(text(value)) })],
  [BUCKETS.membersRemoved, (key) => ({ kind: 'removed-member', id: text(key) })],
  [BUCKETS.meta, decodeMeta],
]);

/**
 * Limits the memory for decoded objects: two bytes of an empty repeated message become an object of a hundred bytes. Only values of keys
 * are large in practice; a role reaches this size with about 100 000 permissions.
 */
const MAX_SMALL_RECORD_BYTES = 8 << 20;

/**
 * Decodes a pair. Byte fields may share memory with the arguments. Throws an `Error` that describes the defect; the caller adds the file
 * and the offset.
 */
export function decodeBackendRecord(bucket: string, key: Uint8Array, value: Uint8Array): BackendRecord {
  const decode = DECODERS.get(bucket);
  if (decode === undefined) return { kind: 'raw' };
  if (bucket !== BUCKETS.key && value.length > MAX_SMALL_RECORD_BYTES) {
    throw new RangeError(`it has ${value.length} bytes`);
  }
  return decode(key, value);
}

function decodeAuth(key: Uint8Array, value: Uint8Array): BackendRecord {
  const name = text(key);
  if (name === AUTH_KEYS.enabled) return { kind: 'auth-enabled', bytes: value };
  return name === AUTH_KEYS.revision ? { kind: 'number', name, value: decodeNumber(value) } : { kind: 'raw' };
}

function decodeMeta(key: Uint8Array, value: Uint8Array): BackendRecord {
  const name = text(key);
  switch (name) {
    case META_KEYS.consistentIndex:
    case META_KEYS.term:
      return { kind: 'number', name, value: decodeNumber(value) };
    case META_KEYS.scheduledCompaction:
    case META_KEYS.finishedCompaction:
      return { kind: 'compaction', name, revision: decodeRevisionKey(value) };
    case META_KEYS.confState:
      JSON.parse(text(value));
      return { kind: 'raw' };
    default:
      return { kind: 'raw' };
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
