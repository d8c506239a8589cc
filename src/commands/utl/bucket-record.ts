import type { BucketRecord } from '../../model/bucket-record.js';
import type { decodeRecord } from '../../storage/backend/records.js';

export interface BucketPair {
  readonly bucket: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The buckets of which etcd-dump-db decodes the pairs; it prints those of the others as they are. */
const DECODED_BUCKETS: ReadonlySet<string> = new Set([
  'key',
  'lease',
  'auth',
  'authRoles',
  'authUsers',
  'meta',
]);

/** The pair for printing, decoded if there is a decoder. Throws an `Error` when it does not decode. */
export function bucketRecord(pair: BucketPair, decode: typeof decodeRecord | undefined): BucketRecord {
  const { bucket, key, value } = pair;
  if (decode === undefined || !DECODED_BUCKETS.has(bucket)) return { kind: 'raw', key, value };
  const record = decode(bucket, key, value);
  switch (record.kind) {
    case 'change': {
      const { revision, keyValue } = record;
      return { ...keyValue, kind: 'change', revision, isTombstone: revision.isTombstone };
    }
    case 'lease': {
      const { ttl, remainingTtl } = record.lease;
      return { kind: 'lease', id: record.id, ttl, remainingTtl };
    }
    case 'role':
      return { kind: 'role', name: record.role.name, permissions: record.role.keyPermission };
    case 'user': {
      const { name, roles, options } = record.user;
      return { kind: 'user', name, roles, options };
    }
    case 'number':
      return { kind: 'number', key, value: record.value };
    case 'compaction':
      return { kind: 'revision', key, value: record.revision };
    default:
      return { kind: bucket === 'auth' ? 'bytes' : 'raw', key, value };
  }
}
