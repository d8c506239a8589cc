import type { CommandContext } from '../../../cli/context.js';
import { type KeyRange, prefixRange } from '../../../model/key-range.js';
import type { KeyValue } from '../../../model/messages/kv.js';
import type { KeyDifference, StoreChange, StoreDiff, StoreSide } from '../../../model/store-diff.js';
import { RecordBatch } from '../../../storage/backend/record-batch.js';
import { RecordPositions } from '../../../storage/backend/record-positions.js';
import { replay } from '../../../storage/backend/replay.js';
import { BoltFile } from '../../../storage/bolt/bolt-file.js';
import { emptyRecord, type KeyRecord, PAUSE } from '../../../storage/key-order/key-record.js';
import { KeyUnion, keysOfBoth } from '../../../storage/key-order/key-union.js';
import { RECORDS_PER_PAUSE, RecordSorter } from '../../../storage/key-order/record-sorter.js';
import { LongTask } from '../../../storage/long-task.js';
import { NumberList } from '../../../storage/number-list.js';
import { readFileWith, withCount, withProgress } from '../../files/database-file.js';
import type { DiffOptions } from '../diff.js';
import { ClusterSide } from './cluster-side.js';
import { differingRecords, hasEqualMetadata, hasEqualValue, type Sides } from './record-comparison.js';

/** Compares the stores, and passes what differs to `use`; the files are open until that has settled. */
export async function withDiff(
  options: DiffOptions,
  context: CommandContext,
  use: (diff: StoreDiff) => Promise<void>,
): Promise<void> {
  const { before, after } = options;
  await readFileWith(before.path, context, async (source) => {
    const comparison = new Comparison(BoltFile.open(source), options, context);
    try {
      if (after.path === undefined) return await use(await comparison.withCluster());
      await readFileWith(after.path, context, async (other) => {
        await use(await comparison.withSnapshot(BoltFile.open(other)));
      });
    } finally {
      comparison.close();
    }
  });
}

/** The second store: a file, or a cluster. Keys have the numbers of their order among those of both stores. */
interface AfterSide {
  has(number: number): boolean;
  sizeBytes(number: number): number;
  /** Those of the keys that this side has, by number. */
  read(keys: ReadonlyMap<number, Uint8Array>): Promise<ReadonlyMap<number, KeyValue>>;
}

const DIFFERS = 1;
/** Not compared yet; afterwards, equal. */
const UNKNOWN = 2;

class Comparison {
  readonly #bolt: BoltFile;
  readonly #options: DiffOptions;
  readonly #context: CommandContext;
  readonly #range: KeyRange;
  readonly #before: RecordPositions;
  readonly #beforeKeys: RecordSorter;
  /** Those of the second store; of a cluster, only those that the first store does not have. */
  readonly #afterKeys: RecordSorter;
  #keyCount = 0;
  /** By number of the key, for those that both sides have. */
  readonly #states = new NumberList(Uint8Array);

  constructor(bolt: BoltFile, options: DiffOptions, context: CommandContext) {
    this.#bolt = bolt;
    this.#options = options;
    this.#context = context;
    this.#range = prefixRange(options.prefix);
    this.#before = new RecordPositions(bolt);
    this.#beforeKeys = new RecordSorter(bolt.sizeBytes);
    this.#afterKeys = new RecordSorter(Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#beforeKeys.close();
    this.#afterKeys.close();
  }

  async withSnapshot(afterBolt: BoltFile): Promise<StoreDiff> {
    const { before, after: wanted } = this.#options;
    const after = new RecordPositions(afterBolt);
    const revision = await this.#sort(this.#bolt, before.revision, this.#beforeKeys);
    const afterRevision = await this.#sort(afterBolt, wanted.revision, this.#afterKeys);
    await this.#compareRecords(after);
    const batch = new RecordBatch(after, PART_BYTES);
    const side: AfterSide = {
      has: (number) => after.has(number),
      sizeBytes: (number) => after.sizeBytes(number),
      read: async (keys) => byNumber(batch, after, keys),
    };
    return this.#result(side, revision, { path: wanted.path, revision: afterRevision });
  }

  async withCluster(): Promise<StoreDiff> {
    const { before, after } = this.#options;
    const revision = await this.#sort(this.#bolt, before.revision, this.#beforeKeys);
    const cluster = new ClusterSide(this.#context, this.#range, after.revision);
    await this.#compareCluster(cluster);
    return this.#result(cluster, revision, { path: undefined, revision: cluster.revision });
  }

  async #sort(bolt: BoltFile, wanted: bigint, keys: RecordSorter): Promise<bigint> {
    const { path } = bolt.reader.source;
    return withProgress(`Reading ${path}`, this.#context, async (task) => {
      const { revision } = await replay(bolt, { ...task, revision: wanted, range: this.#range }, keys.add);
      return revision;
    });
  }

  /** Calls `visit` with the number of each key, in order, and remembers where the first store has it. */
  #join(
    visit: (number: number, left: KeyRecord | undefined, right: KeyRecord | undefined) => void,
  ): KeyUnion {
    return new KeyUnion(this.#beforeKeys.liveRecords(), (left, right) => {
      const number = this.#keyCount++;
      if (left !== undefined) this.#before.set(number, left);
      visit(number, left, right);
    });
  }

  async #compareRecords(after: RecordPositions): Promise<void> {
    let count = 0;
    const union = this.#join((number, left, right) => {
      if (right !== undefined) after.set(number, right);
      if (left === undefined || right === undefined) return;
      const hasEqualSize = left.valueBytes === right.valueBytes;
      this.#states.set(number, hasEqualSize ? UNKNOWN : DIFFERS);
      if (hasEqualSize) count++;
    });
    await withCount('Comparing the keys', this.#context, async (options) => {
      const task = new LongTask(this.#beforeKeys.count + this.#afterKeys.count, options);
      const pause = () => task.pause(RECORDS_PER_PAUSE);
      for (const record of this.#afterKeys.liveRecords()) {
        if (record === PAUSE) await pause();
        else while (!union.add(record)) await pause();
      }
      while (!union.finish()) await pause();
    });
    await this.#compareValues({ before: this.#before, after }, count);
  }

  /** @param count the number of those whose state is unknown */
  async #compareValues(sides: Sides, count: number): Promise<void> {
    const passes = (number: number) => this.#states.get(number) === UNKNOWN;
    const candidates = { count, end: this.#keyCount, passes };
    await withCount('Comparing the values', this.#context, async (options) => {
      for await (const { number, before, after } of differingRecords(sides, candidates, options)) {
        if (!this.#isEqual(before, after)) this.#states.set(number, DIFFERS);
      }
    });
  }

  async #compareCluster(cluster: ClusterSide): Promise<void> {
    const batch = new RecordBatch(this.#before, PART_BYTES);
    let pairs: { readonly number: number; readonly kv: KeyValue }[] = [];
    let bytes = 0;
    let current: KeyValue | undefined;
    const union = this.#join((number, left, right) => {
      if (right === undefined || current === undefined) return;
      cluster.set(number, current.value.length);
      if (left === undefined) return this.#afterKeys.add(right);
      pairs.push({ number, kv: current });
      bytes += left.sizeBytes;
    });
    const compare = () => {
      batch.load(Uint32Array.from(pairs, ({ number }) => number));
      for (const [index, { number, kv }] of pairs.entries()) {
        if (!this.#isEqual(batch.decode(index), kv)) this.#states.set(number, DIFFERS);
      }
      pairs = [];
      bytes = 0;
    };
    const record = emptyRecord();
    const pause = this.#silentPause(this.#beforeKeys.count);
    const compareFull = () => {
      if (pairs.length === MAX_PART_KEYS || bytes > PART_BYTES) compare();
    };
    const resume = async () => {
      do await pause();
      while (!union.add(record));
      compareFull();
    };
    const add = (kv: KeyValue) => {
      current = kv;
      record.bytes = kv.key;
      record.keyEnd = kv.key.length;
      if (!union.add(record)) return resume();
      compareFull();
      return undefined;
    };
    await cluster.scan(add, compare);
    while (!union.finish()) await pause();
  }

  /** For work without a progress display. */
  #silentPause(total: number): () => Promise<void> {
    const task = new LongTask(total, { signal: this.#context.signal });
    return () => task.pause(RECORDS_PER_PAUSE);
  }

  readonly #isEqual = (before: KeyValue, after: KeyValue): boolean =>
    hasEqualValue(before, after) && (!this.#options.comparesMetadata || hasEqualMetadata(before, after));

  #result(after: AfterSide, revision: bigint, afterSide: StoreSide): StoreDiff {
    const counts = { added: 0, removed: 0, changed: 0, equal: 0 };
    for (let number = 0; number < this.#keyCount; number++) counts[this.#changeOf(number, after)]++;
    return {
      before: { path: this.#options.before.path, revision },
      after: afterSide,
      ...counts,
      differences: this.#differences(counts.added + counts.removed + counts.changed, after),
    };
  }

  #changeOf(number: number, after: AfterSide): StoreChange | 'equal' {
    if (!this.#before.has(number)) return 'added';
    if (!after.has(number)) return 'removed';
    return this.#states.get(number) === DIFFERS ? 'changed' : 'equal';
  }

  /** A part is valid until the next one is taken. */
  async *#differences(count: number, after: AfterSide): AsyncGenerator<KeyDifference[]> {
    const batch = new RecordBatch(this.#before, PART_BYTES);
    const { withValues } = this.#options;
    for await (const keys of this.#parts(count, after)) {
      const befores = withValues ? byNumber(batch, this.#before, keys) : NO_RECORDS;
      const afters = withValues ? await after.read(keys) : NO_RECORDS;
      yield Array.from(keys, ([number, key]): KeyDifference => {
        const [before, now] = [befores.get(number), afters.get(number)];
        return {
          change: this.#changeOf(number, after) as StoreChange,
          key,
          ...(before !== undefined && { before }),
          ...(now !== undefined && { after: now }),
        };
      });
    }
  }

  /** The keys that differ, by number: so many at a time that their values together have a bounded size, at least one. */
  async *#parts(count: number, after: AfterSide): AsyncGenerator<ReadonlyMap<number, Uint8Array>> {
    let part = new Map<number, Uint8Array>();
    let bytes = 0;
    let [number, remaining] = [0, count];
    if (count === 0) return;
    const pause = this.#silentPause(this.#beforeKeys.count + this.#afterKeys.count);
    for (const record of keysOfBoth(this.#beforeKeys.liveRecords(), this.#afterKeys.liveRecords())) {
      if (record === PAUSE) {
        await pause();
        continue;
      }
      const change = this.#changeOf(number, after);
      if (change !== 'equal') {
        const size = this.#before.sizeBytes(number) + after.sizeBytes(number);
        const isFull = part.size === MAX_PART_KEYS || (this.#options.withValues && bytes + size > PART_BYTES);
        if (isFull && part.size > 0) {
          yield part;
          part = new Map();
          bytes = 0;
        }
        part.set(number, record.bytes.slice(record.keyStart, record.keyEnd));
        bytes += size;
        if (--remaining === 0) break;
      }
      number++;
    }
    yield part;
  }
}

const MAX_PART_KEYS = 1000;
const PART_BYTES = 4 * 2 ** 20;
const NO_RECORDS: ReadonlyMap<number, KeyValue> = new Map();

/** Valid until the next call with the batch. */
function byNumber(
  batch: RecordBatch,
  positions: RecordPositions,
  keys: ReadonlyMap<number, Uint8Array>,
): ReadonlyMap<number, KeyValue> {
  const there = Uint32Array.from(keys.keys()).filter((number) => positions.has(number));
  batch.load(there);
  return new Map(Array.from(there, (number, index) => [number, batch.decode(index)]));
}
