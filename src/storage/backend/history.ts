import type { BoltFile, Bucket } from '../bolt/bolt-file.js';
import type { Leaf } from '../bolt/leaf.js';
import { ReachablePages } from '../bolt/reachable-pages.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { KeyValueSpans } from './key-value-spans.js';
import { readMetaValues } from './meta-bucket.js';
import { isTombstone, lastRevision, revisionKeyError } from './revision-key.js';

/** The current and the compacted revision that a server has after it starts on this database; −1 when it was never compacted. */
export function storeRevisions(bolt: BoltFile): { readonly current: bigint; readonly compact: bigint } {
  const { finishedCompaction: finished = -1n, scheduledCompaction: scheduled = 0n } = readMetaValues(bolt);
  const compact = scheduled > finished && scheduled > 0n ? scheduled : finished;
  const last = lastRevision(bolt)?.main ?? 0n;
  return { current: [1n, last, compact].reduce((a, b) => (a > b ? a : b)), compact };
}

/** A revision as two numbers: `high` times 2^32, and `low`. */
export interface SplitRevision {
  readonly high: number;
  readonly low: number;
}

/** @param revision may be −1, which is before all others */
export function splitRevision(revision: bigint): SplitRevision {
  return { high: Number(revision >> 32n), low: Number(revision & 0xffff_ffffn) };
}

/** One revision in the bucket `key`. Valid until the callback returns: the same object is used for all. */
export class HistoryRecord {
  leaf!: Leaf;
  index = 0;
  /** Position in the history, starting at 0. */
  ordinal = -1;
  isTombstone = false;
  /** The main revision is `mainHigh` · 2^32 + `mainLow`. */
  mainHigh = 0;
  mainLow = 0;

  /** Compares the main revision. A `bigint` for each record takes longer than the rest of reading it. */
  compareTo({ high, low }: SplitRevision): number {
    return this.mainHigh - high || this.mainLow - low;
  }
}

/** The records of the bucket `key`. Methods throw `CorruptFileError`. */
export class History {
  readonly #bolt: BoltFile;
  readonly #bucket: Bucket;
  readonly #options: LongTaskOptions;
  readonly #spans = new KeyValueSpans();
  readonly #key = { bytes: new Uint8Array(0) as Uint8Array, start: 0, end: 0 };

  constructor(bolt: BoltFile, bucket: Bucket, options: LongTaskOptions) {
    this.#bolt = bolt;
    this.#bucket = bucket;
    this.#options = options;
  }

  /**
   * Calls `visit` for each record in order, up to and including the main revision `until`.
   * @param reachable the pages that were read so far, for a caller that counts them
   */
  async forEach(
    until: bigint,
    visit: (record: HistoryRecord) => void,
    reachable = new ReachablePages(this.#bolt.reader),
  ): Promise<void> {
    const task = new LongTask(this.#bolt.sizeBytes, this.#options);
    const last = splitRevision(until);
    const record = new HistoryRecord();
    for (const leaf of this.#bolt.leaves(this.#bucket, { reachable })) {
      record.leaf = leaf;
      for (let index = 0; index < leaf.count; index++) {
        this.#read(record, index);
        if (record.compareTo(last) > 0) return;
        visit(record);
      }
      if (task.shouldYield(leaf.bytes.length)) await task.yield();
    }
  }

  /** Where the user's key and value are in the leaf. Valid until the next call. */
  spans({ leaf, index }: HistoryRecord): KeyValueSpans {
    if (this.#spans.find(leaf.bytes, leaf.keyEnd(index), leaf.valueEnd(index))) return this.#spans;
    throw this.#bolt.reader.corrupt('cannot decode a record of the key-value history', leaf.offsetOf(index));
  }

  #read(record: HistoryRecord, index: number): void {
    const { leaf } = record;
    const key = this.#key;
    key.bytes = leaf.bytes;
    key.start = leaf.keyStart(index);
    key.end = leaf.keyEnd(index);
    const error = revisionKeyError(key);
    if (error !== undefined) throw this.#bolt.reader.corrupt(error, leaf.offsetOf(index));
    record.index = index;
    record.ordinal++;
    record.isTombstone = isTombstone(key);
    record.mainHigh = uint32(leaf.bytes, key.start);
    record.mainLow = uint32(leaf.bytes, key.start + 4);
  }
}

/** Big-endian. */
function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
