import type { BoltFile } from '../bolt/bolt-file.js';
import { PageClaims } from '../bolt/page-claims.js';
import { BUCKETS } from './schema.js';

/**
 * The keys of the bucket `key`: main revision (u64 BE), `_`, sub revision (u64 BE); deletions have a `t` behind.
 * All changes of one transaction share the main revision and are numbered by the sub revision.
 */
const PLAIN_BYTES = 17;
const MARKED_BYTES = 18;
const SUB_OFFSET = 9;
const SEPARATOR = 0x5f;
const TOMBSTONE = 0x74;
const SIGN_BIT = 0x80;

export interface Revision {
  readonly main: bigint;
  readonly sub: bigint;
  readonly isTombstone: boolean;
}

/** A view on a file's bytes that holds a revision key. */
interface Span {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Why the bytes are no revision key, or nothing if they are one. */
export function revisionKeyDefect({ bytes, start, end }: Span): string | undefined {
  const length = end - start;
  if (length !== PLAIN_BYTES && length !== MARKED_BYTES) return `invalid revision length: ${length}`;
  if (bytes[start + 8] !== SEPARATOR) return 'invalid separator in a revision key';
  const isNegative = (((bytes[start] ?? 0) | (bytes[start + SUB_OFFSET] ?? 0)) & SIGN_BIT) !== 0;
  return isNegative ? 'negative revision' : undefined;
}

/** Of a revision key: does it record a deletion? */
export function isTombstone({ bytes, start, end }: Span): boolean {
  return end - start === MARKED_BYTES && bytes[end - 1] === TOMBSTONE;
}

/** Throws a `RangeError` when the bytes are no revision key. */
export function decodeRevisionKey(key: Uint8Array): Revision {
  const span = { bytes: key, start: 0, end: key.length };
  const defect = revisionKeyDefect(span);
  if (defect !== undefined) throw new RangeError(defect);
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return {
    main: view.getBigUint64(0),
    sub: view.getBigUint64(SUB_OFFSET),
    isTombstone: isTombstone(span),
  };
}

export function encodeRevisionKey(revision: Revision): Uint8Array {
  const key = new Uint8Array(revision.isTombstone ? MARKED_BYTES : PLAIN_BYTES);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, revision.main);
  key[8] = SEPARATOR;
  view.setBigUint64(SUB_OFFSET, revision.sub);
  if (revision.isTombstone) key[MARKED_BYTES - 1] = TOMBSTONE;
  return key;
}

/** The newest record of the key history, or nothing if there is none. Reads no more than it must. */
export function lastRevision(bolt: BoltFile): Revision | undefined {
  const bucket = bolt.bucket(BUCKETS.key);
  if (bucket === undefined) return undefined;
  const backwards = { claims: new PageClaims(bolt.reader), order: 'descending' } as const;
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
