import type { BoltFile } from '../bolt/bolt-file.js';
import { ReachablePages } from '../bolt/reachable-pages.js';
import { BUCKETS } from './schema.js';

/**
 * The keys of the bucket `key` (etcd server/storage/mvcc/revision.go): main revision (u64 BE), `_`, sub revision (u64 BE), and a `t` for
 * a tombstone. All changes of a transaction have the same main revision; the sub revision numbers them.
 */
const REVISION_BYTES = 17;
const MARKED_REVISION_BYTES = 18;
const SUB_REVISION_OFFSET = 9;
const SEPARATOR = 0x5f;
const TOMBSTONE = 0x74;
const SIGN_BIT = 0x80;

export interface Revision {
  readonly main: bigint;
  readonly sub: bigint;
  readonly isTombstone: boolean;
}

/** A part of an array of bytes, not copied. */
interface ByteSlice {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Why the bytes are not a revision key; undefined when they are one. */
export function revisionKeyError({ bytes, start, end }: ByteSlice): string | undefined {
  const length = end - start;
  if (length !== REVISION_BYTES && length !== MARKED_REVISION_BYTES)
    return `invalid revision length: ${length}`;
  if (bytes[start + 8] !== SEPARATOR) return 'invalid separator in a revision key';
  const isNegative = (((bytes[start] ?? 0) | (bytes[start + SUB_REVISION_OFFSET] ?? 0)) & SIGN_BIT) !== 0;
  return isNegative ? 'negative revision' : undefined;
}

/** Whether the revision key marks a deletion. */
export function isTombstone({ bytes, start, end }: ByteSlice): boolean {
  return end - start === MARKED_REVISION_BYTES && bytes[end - 1] === TOMBSTONE;
}

/** Throws a `RangeError` when the bytes are not a revision key. */
export function decodeRevisionKey(key: Uint8Array): Revision {
  const slice = { bytes: key, start: 0, end: key.length };
  const error = revisionKeyError(slice);
  if (error !== undefined) throw new RangeError(error);
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return {
    main: view.getBigUint64(0),
    sub: view.getBigUint64(SUB_REVISION_OFFSET),
    isTombstone: isTombstone(slice),
  };
}

export function encodeRevisionKey(revision: Revision): Uint8Array {
  const key = new Uint8Array(revision.isTombstone ? MARKED_REVISION_BYTES : REVISION_BYTES);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, revision.main);
  key[8] = SEPARATOR;
  view.setBigUint64(SUB_REVISION_OFFSET, revision.sub);
  if (revision.isTombstone) key[MARKED_REVISION_BYTES - 1] = TOMBSTONE;
  return key;
}

/** The revision of the newest record in the key history; undefined when there is none. Reads the last leaf that is not empty. */
export function lastRevision(bolt: BoltFile): Revision | undefined {
  const bucket = bolt.bucket(BUCKETS.key);
  if (bucket === undefined) return undefined;
  const backwards = { reachable: new ReachablePages(bolt.reader), order: 'descending' } as const;
  for (const leaf of bolt.leaves(bucket, backwards)) {
    if (leaf.count === 0) continue;
    try {
      return decodeRevisionKey(leaf.key(leaf.count - 1));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw bolt.reader.corrupt(message, leaf.offsetOf(leaf.count - 1));
    }
  }
  return undefined;
}
