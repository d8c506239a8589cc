import { CorruptFileError } from '../../model/errors.js';
import { decodeBackendRecord } from '../backend/records.js';
import { BUCKETS } from '../backend/schema.js';
import { BoltFile, type Bucket } from '../bolt/bolt-file.js';
import { checkedLeaves } from '../bolt/check.js';
import type { Leaf } from '../bolt/leaf.js';
import type { ByteSource } from '../byte-source.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { CHECKSUM_BYTES, verifyChecksum } from './checksum.js';

/** What a valid snapshot contains. */
export interface ValidSnapshot {
  /** `missing`: the bytes have no checksum, as in a database file copied from a data directory. */
  readonly checksum: 'good' | 'missing';
  readonly bucketCount: number;
  readonly recordCount: number;
  readonly databaseBytes: number;
}

/** A server does not start on a database without these. */
const REQUIRED_BUCKETS: readonly string[] = [BUCKETS.key, BUCKETS.meta];

/**
 * Checks everything in a snapshot: the SHA-256 checksum, pages and trees (also defects that only crash a server, see `WalkOptions`),
 * and that every record decodes. Progress counts the file's bytes twice. Throws `CorruptFileError` for the first defect.
 */
export async function verifySnapshot(
  source: ByteSource,
  options: LongTaskOptions = {},
): Promise<ValidSnapshot> {
  const { onProgress, signal } = options;
  const total = 2 * source.sizeBytes;
  const checksum = await requireValidChecksum(source, {
    signal,
    onProgress: (done) => onProgress?.(done, total),
  });
  const bolt = BoltFile.open(source);
  const task = new LongTask(bolt.sizeBytes, {
    signal,
    onProgress: (done) => onProgress?.(source.sizeBytes + done, total),
  });
  const buckets = new Set<string>();
  let recordCount = 0;
  for (const { bucket, leaf } of checkedLeaves(bolt, { rejectWriteHazards: true })) {
    buckets.add(decodeLeaf(bolt, bucket, leaf));
    recordCount += leaf.count;
    if (task.shouldYield(leaf.bytes.length)) await task.yield();
  }
  const missing = REQUIRED_BUCKETS.find((name) => !buckets.has(name));
  if (missing !== undefined) throw bolt.reader.corrupt(`the bucket "${missing}" is missing`, 0);
  return { checksum, bucketCount: buckets.size, recordCount, databaseBytes: bolt.sizeBytes };
}

async function requireValidChecksum(
  source: ByteSource,
  options: LongTaskOptions,
): Promise<'good' | 'missing'> {
  const verdict = await verifyChecksum(source, options);
  if (verdict.kind !== 'mismatch') return verdict.kind;
  throw new CorruptFileError(
    `the SHA-256 at the end of the file is ${verdict.expected}, but that of the contents is ${verdict.actual}`,
    source.path,
    source.sizeBytes - CHECKSUM_BYTES,
  );
}

/** Returns the bucket's name. */
function decodeLeaf(bolt: BoltFile, bucket: Bucket, leaf: Leaf): string {
  const name = Buffer.from(bucket.name).toString('utf8');
  for (let index = 0; index < leaf.count; index++) {
    try {
      decodeBackendRecord(name, leaf.key(index), leaf.value(index));
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
