import { CommandError } from '../../model/errors.js';
import { BitSet } from '../bit-set.js';
import type { BoltFile, Bucket } from '../bolt/bolt-file.js';
import type { Leaf } from '../bolt/leaf.js';
import { Crc32c } from '../crc32c.js';
import { Pace, type PaceOptions } from '../pace.js';
import { findUserKey, KeyTable, NumberList } from './key-table.js';
import { readMetaValues } from './meta-bucket.js';
import { decodeRevisionKey, lastRevision, type Revision } from './revision-key.js';
import { BUCKETS } from './schema.js';

export interface HashKv {
  readonly hash: number;
  readonly hashRevision: bigint;
  /** −1 when nothing was ever compacted. */
  readonly compactRevision: bigint;
}

export interface HashKvOptions extends PaceOptions {
  /** Changes up to this revision count; 0: all. */
  readonly revision: bigint;
}

/**
 * The hash over the history of keys by which a cluster's members compare themselves (HashKV of the maintenance
 * service; etcd server/storage/mvcc/hash.go, v3.7.1). Records that a compaction is about to delete are left out, so
 * that members agree however far each of them has come. Reads the history twice when there was a compaction, and keeps
 * some 30 bytes per key meanwhile. A server that has just compacted answers for exactly that revision from a cache,
 * with a different hash. Throws `CommandError` in etcdutl's words for a revision too old or too new.
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

/** What a server would take for the newest and the compacted revision after starting on this database. */
function revisionsOf(bolt: BoltFile): { current: bigint; compact: bigint } {
  const { finishedCompaction: finished = -1n, scheduledCompaction: scheduled = 0n } = readMetaValues(bolt);
  const compact = scheduled > finished && scheduled > 0n ? scheduled : finished;
  const last = lastRevision(bolt)?.main ?? 0n;
  return { current: [1n, last, compact].reduce((a, b) => (a > b ? a : b)), compact };
}

interface HashWindow {
  /** The last revision that counts. */
  readonly until: bigint;
  readonly compact: bigint;
}

async function hashHistory(history: History, { until, compact }: HashWindow, hash: Crc32c): Promise<void> {
  const survivors = compact < 0n ? undefined : await findSurvivors(history, until);
  await history.forEach(until, ({ leaf, index, ordinal, revision }) => {
    const isObsolete = revision.main <= compact && survivors !== undefined && !survivors.has(ordinal);
    // Servers before 3.5.16 and 3.4.34 deleted the tombstone of the compaction's own revision, later ones keep it.
    const isContested = revision.main === compact && revision.isTombstone;
    if (!isObsolete && !isContested) hash.update(leaf.bytes, leaf.keyStart(index), leaf.valueEnd(index));
  });
}

/**
 * The records that a compaction at `until` would leave of the history before it, by their ordinals: for each key the
 * last one, unless it is a deletion. Undefined when there are none at all, in which case nothing is left out.
 */
async function findSurvivors(history: History, until: bigint): Promise<BitSet | undefined> {
  const keys = new KeyTable();
  /** One more than the ordinal. */
  const kept = new NumberList();
  let recordCount = 0;
  await history.forEach(until, ({ leaf, index, ordinal, revision }) => {
    recordCount = ordinal + 1;
    // A server's index begins at revision 1.
    if (revision.main === 0n) return;
    const number = keys.numberOf(leaf.bytes, ...history.userKey(leaf, index));
    kept.set(number, revision.isTombstone ? 0 : ordinal + 1);
  });
  const survivors = new BitSet(recordCount);
  let count = 0;
  for (let number = 0; number < keys.size; number++) {
    const record = kept.get(number);
    if (record > 0 && survivors.add(record - 1)) count++;
  }
  return count === 0 ? undefined : survivors;
}

/** A record of the history. The leaf is lent for the duration of a call. */
interface HistoryRecord {
  readonly leaf: Leaf;
  readonly index: number;
  /** Position in the history, from 0 on. */
  readonly ordinal: number;
  readonly revision: Revision;
}

/** The bucket `key`. */
class History {
  readonly #bolt: BoltFile;
  readonly #bucket: Bucket;
  readonly #options: PaceOptions;

  constructor(bolt: BoltFile, bucket: Bucket, options: PaceOptions) {
    this.#bolt = bolt;
    this.#bucket = bucket;
    this.#options = options;
  }

  /** In order, up to a revision. */
  async forEach(until: bigint, visit: (record: HistoryRecord) => void): Promise<void> {
    const pace = new Pace(this.#bolt.sizeBytes, this.#options);
    let ordinal = 0;
    for (const leaf of this.#bolt.leaves(this.#bucket)) {
      for (let index = 0; index < leaf.count; index++) {
        const revision = this.#revision(leaf, index);
        if (revision.main > until) return;
        visit({ leaf, index, ordinal: ordinal++, revision });
      }
      if (pace.isDue(leaf.bytes.length)) await pace.rest();
    }
  }

  userKey(leaf: Leaf, index: number): readonly [start: number, end: number] {
    const place = findUserKey(leaf.bytes, leaf.keyEnd(index), leaf.valueEnd(index));
    if (place !== undefined) return [place.start, place.end];
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
