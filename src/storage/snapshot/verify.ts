import { CorruptFileError } from '../../model/errors.js';
import { decodeRecord } from '../backend/records.js';
import { BUCKETS } from '../backend/schema.js';
import { BoltFile, type Bucket } from '../bolt/bolt-file.js';
import { checkedLeaves } from '../bolt/check.js';
import type { Leaf } from '../bolt/leaf.js';
import type { ByteSource } from '../byte-source.js';
import { Pace, type PaceOptions } from '../pace.js';
import { checkTrailer, TRAILER_BYTES } from './trailer.js';

/** What a sound file consists of. */
export interface ValidSnapshot {
  /** `missing`: nothing protects the bytes, as in a database file copied from a data directory. */
  readonly trailer: 'good' | 'missing';
  readonly bucketCount: number;
  readonly recordCount: number;
  readonly databaseBytes: number;
}

/** Without these no server starts on it. */
const NEEDED_BUCKETS: readonly string[] = [BUCKETS.key, BUCKETS.meta];

/**
 * Reads all of a snapshot and believes nothing: SHA-256 trailer, pages and trees (also what only a server trips over,
 * see `WalkOptions`), and that every record decodes. Progress counts twice the file's bytes. Throws `CorruptFileError`
 * for the first thing that is wrong.
 */
export async function verifySnapshot(source: ByteSource, options: PaceOptions = {}): Promise<ValidSnapshot> {
  const { onProgress, signal } = options;
  const total = 2 * source.sizeBytes;
  const trailer = await soundTrailer(source, { signal, onProgress: (done) => onProgress?.(done, total) });
  const bolt = BoltFile.open(source);
  const pace = new Pace(bolt.sizeBytes, {
    signal,
    onProgress: (done) => onProgress?.(source.sizeBytes + done, total),
  });
  const buckets = new Set<string>();
  let recordCount = 0;
  for (const { bucket, leaf } of checkedLeaves(bolt, { refuseWriteHazards: true })) {
    buckets.add(decodeLeaf(bolt, bucket, leaf));
    recordCount += leaf.count;
    if (pace.isDue(leaf.bytes.length)) await pace.rest();
  }
  const missing = NEEDED_BUCKETS.find((name) => !buckets.has(name));
  if (missing !== undefined) throw bolt.reader.corrupt(`the bucket "${missing}" is missing`, 0);
  return { trailer, bucketCount: buckets.size, recordCount, databaseBytes: bolt.sizeBytes };
}

async function soundTrailer(source: ByteSource, options: PaceOptions): Promise<'good' | 'missing'> {
  const verdict = await checkTrailer(source, options);
  if (verdict.kind !== 'mismatch') return verdict.kind;
  throw new CorruptFileError(
    `the SHA-256 at the end of the file is ${verdict.expected}, but that of the contents is ${verdict.actual}`,
    source.path,
    source.sizeBytes - TRAILER_BYTES,
  );
}

/** Returns the bucket's name. */
function decodeLeaf(bolt: BoltFile, bucket: Bucket, leaf: Leaf): string {
  const name = Buffer.from(bucket.name).toString('utf8');
  for (let index = 0; index < leaf.count; index++) {
    try {
      decodeRecord(name, leaf.key(index), leaf.value(index));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw bolt.reader.corrupt(
        `cannot decode a record of the bucket "${name}": ${reason}`,
        leaf.offsetOf(index),
      );
    }
  }
  return name;
}
