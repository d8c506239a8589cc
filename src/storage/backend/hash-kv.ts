import { CommandError } from '../../model/errors.js';
import { BitSet } from '../bit-set.js';
import type { BoltFile } from '../bolt/bolt-file.js';
import { Crc32c } from '../crc32c.js';
import type { LongTaskOptions } from '../long-task.js';
import { History, splitRevision, storeRevisions } from './history.js';
import { KeyTable } from './key-table.js';
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
  const { current, compact } = storeRevisions(bolt);
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

interface HashWindow {
  /** The last revision that is hashed. */
  readonly until: bigint;
  readonly compact: bigint;
}

async function hashHistory(history: History, { until, compact }: HashWindow, hash: Crc32c): Promise<void> {
  const keptRecords = compact < 0n ? undefined : await findKeptRecords(history, until);
  const compacted = splitRevision(compact);
  await history.forEach(until, (record) => {
    const { leaf, index, ordinal } = record;
    const order = record.compareTo(compacted);
    const isObsolete = order <= 0 && keptRecords !== undefined && !keptRecords.has(ordinal);
    // Versions before 3.5.16 and 3.4.34 deleted a tombstone at the compacted revision itself, later ones keep it.
    const isCompactedTombstone = order === 0 && record.isTombstone;
    if (!isObsolete && !isCompactedTombstone)
      hash.update(leaf.bytes, leaf.keyStart(index), leaf.valueEnd(index));
  });
}

/**
 * The ordinals of the records that a compaction at `until` would keep: for each key the last one, unless it is a tombstone. Undefined
 * when there are none; no record is skipped then.
 */
async function findKeptRecords(history: History, until: bigint): Promise<BitSet | undefined> {
  /** The ordinal of the key's last record plus one; 0 when that is a tombstone. */
  const keys = new KeyTable();
  let recordCount = 0;
  await history.forEach(until, (record) => {
    recordCount = record.ordinal + 1;
    // The index of a server has no records of revision 0.
    if (record.mainHigh === 0 && record.mainLow === 0) return;
    const { keyStart, keyEnd } = history.spans(record);
    keys.find(record.leaf.bytes, keyStart, keyEnd);
    keys.number = record.isTombstone ? 0 : recordCount;
  });
  const keptRecords = new BitSet(recordCount);
  let count = 0;
  for (const record of keys.numbers()) {
    if (record > 0 && keptRecords.add(record - 1)) count++;
  }
  return count === 0 ? undefined : keptRecords;
}
