import { CommandError } from '../../model/errors.js';
import { BitSet } from '../bit-set.js';
import type { BoltFile, Bucket } from '../bolt/bolt-file.js';
import type { Leaf } from '../bolt/leaf.js';
import { Crc32c } from '../crc32c.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { findUserKey, KeyTable, Uint32List } from './key-table.js';
import { readMetaValues } from './meta-bucket.js';
import { decodeRevisionKey, lastRevision, type Revision } from './revision-key.js';
import { BUCKETS } from './schema.js';

export interface HashKv {
  readonly hash: number;
  readonly hashRevision: bigint;
  /** −1 when there was no compaction yet. */
  readonly compactRevision: bigint;
}

export interface HashKvOptions extends LongTaskOptions {
  /** Hash the changes up to this revision; 0: all. */
  readonly revision: bigint;
}

/**
 * The hash over the key history by which the members of a cluster are compared (HashKV of the maintenance service; etcd
 * server/storage/mvcc/hash.go, v3.7.1). Records that a compaction is going to delete are skipped, so that members whose compactions
 * are at different points have the same hash. After a compaction the history is read twice, with about 30 bytes of memory per key. A
 * server that has just compacted answers for exactly that revision from a cache, with a different hash. Throws `CommandError` in
 * etcdutl's words when the revision is compacted or in the future, and `CorruptFileError`.
 */
export async function hashKv(bolt: BoltFile, options: HashKvOptions): Promise<HashKv> {
  const bucket = bolt.bucket(BUCKETS.key);
  const history = bucket === undefined ? undefined : new History(bolt, bucket, options);
  const { current, compact } = revisionsOf(bolt);
  const { revision } = options;
  if (revision > 0n && revision < compact) {
    throw new CommandError('mvcc: required revision has been compacted');
  }
  if (revision > current) {
    throw new CommandError('mvcc: required revision is a future revision');
  }
  const hashRevision = revision === 0n ? current : revision;
  const hash = new Crc32c().update(Buffer.from(BUCKETS.key));
  if (history !== undefined) await hashHistory(history, { until: hashRevision, compact }, hash);
  return { hash: hash.value, hashRevision, compactRevision: compact };
}

/** The current and the compacted revision that a server has after it starts on this database. */
function revisionsOf(bolt: BoltFile): { current: bigint; compact: bigint } {
  const { finishedCompaction: finished = -1n, scheduledCompaction: scheduled = 0n } = readMetaValues(bolt);
  const compact = scheduled > finished && scheduled > 0n ? scheduled : finished;
  const last = lastRevision(bolt)?.main ?? 0n;
  return { current: [1n, last, compact].reduce((a, b) => (a > b ? a : b)), compact };
}

interface HashWindow {
  /** The last revision that is hashed. */
  readonly until: bigint;
  readonly compact: bigint;
}

async function hashHistory(history: History, { until, compact }: HashWindow, hash: Crc32c): Promise<void> {
  const keptRecords = compact < 0n ? undefined : await findKeptRecords(history, until);
  await history.forEach(until, ({ leaf, index, ordinal, revision }) => {
    const isObsolete = revision.main <= compact && keptRecords !== undefined && !keptRecords.has(ordinal);
    // Versions before 3.5.16 and 3.4.34 deleted a tombstone at the compacted revision itself, later ones keep it.
    const isCompactedTombstone = revision.main === compact && revision.isTombstone;
    if (!isObsolete && !isCompactedTombstone)
      hash.update(leaf.bytes, leaf.keyStart(index), leaf.valueEnd(index));
  });
}

/**
 * The ordinals of the records that a compaction at `until` would keep: for each key the last one, unless it is a tombstone. Undefined
 * when there are none; no record is skipped then.
 */
async function findKeptRecords(history: History, until: bigint): Promise<BitSet | undefined> {
  const keys = new KeyTable();
  /** By key number: the ordinal of its last record plus one; 0 when that is a tombstone. */
  const lastRecords = new Uint32List();
  let recordCount = 0;
  await history.forEach(until, ({ leaf, index, ordinal, revision }) => {
    recordCount = ordinal + 1;
    // The index of a server begins at revision 1.
    if (revision.main === 0n) return;
    const number = keys.numberOf(leaf.bytes, ...history.userKey(leaf, index));
    lastRecords.set(number, revision.isTombstone ? 0 : ordinal + 1);
  });
  const keptRecords = new BitSet(recordCount);
  let count = 0;
  for (let number = 0; number < keys.size; number++) {
    const record = lastRecords.get(number);
    if (record > 0 && keptRecords.add(record - 1)) count++;
  }
  return count === 0 ? undefined : keptRecords;
}

/** One revision in the bucket `key`. `leaf` is valid only until the callback returns. */
interface HistoryRecord {
  readonly leaf: Leaf;
  readonly index: number;
  /** Position in the history, starting at 0. */
  readonly ordinal: number;
  readonly revision: Revision;
}

/** The records of the bucket `key`. Methods throw `CorruptFileError`. */
class History {
  readonly #bolt: BoltFile;
  readonly #bucket: Bucket;
  readonly #options: LongTaskOptions;

  constructor(bolt: BoltFile, bucket: Bucket, options: LongTaskOptions) {
    this.#bolt = bolt;
    this.#bucket = bucket;
    this.#options = options;
  }

  /** Calls `visit` for each record in order, up to and including the main revision `until`. */
  async forEach(until: bigint, visit: (record: HistoryRecord) => void): Promise<void> {
    const task = new LongTask(this.#bolt.sizeBytes, this.#options);
    let ordinal = 0;
    for (const leaf of this.#bolt.leaves(this.#bucket)) {
      for (let index = 0; index < leaf.count; index++) {
        const revision = this.#revision(leaf, index);
        if (revision.main > until) return;
        visit({ leaf, index, ordinal: ordinal++, revision });
      }
      if (task.shouldYield(leaf.bytes.length)) await task.yield();
    }
  }

  userKey(leaf: Leaf, index: number): readonly [start: number, end: number] {
    const span = findUserKey(leaf.bytes, leaf.keyEnd(index), leaf.valueEnd(index));
    if (span !== undefined) return [span.start, span.end];
    throw this.#bolt.reader.corrupt('cannot decode a record of the key-value history', leaf.offsetOf(index));
  }

  #revision(leaf: Leaf, index: number): Revision {
    try {
      return decodeRevisionKey(leaf.key(index));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw this.#bolt.reader.corrupt(message, leaf.offsetOf(index));
    }
  }
}
