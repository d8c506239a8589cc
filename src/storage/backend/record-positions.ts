import type { KeyValue } from '../../model/messages/kv.js';
import { KeyValue as KeyValueCodec } from '../../wire/records.js';
import type { BoltFile } from '../bolt/bolt-file.js';
import type { KeyRecord } from '../key-order/key-record.js';
import { MIN_RECORD_BYTES } from '../key-order/record-sorter.js';
import type { LongTask } from '../long-task.js';
import { NumberList } from '../number-list.js';
import { sortPairs } from './sort-pairs.js';

/** No record is at the start of a file, where the first meta is. Also the initial state. */
const NONE = 0;

/** Equal ranges of the file, some of which are a part. Even of a file of 100 GB, one has no more records than a part. */
const RANGES = 1 << 13;
const MAX_PART_RECORDS = 1 << 17;

/** The most that is read at a time, unless one record is larger. */
export interface BatchSize {
  readonly bytes: number;
  readonly keys: number;
}

/** Where the record of each key is in a database, by a number that the key has. Takes 12 bytes for each key. */
export class RecordPositions {
  readonly #bolt: BoltFile;
  readonly #offsets = new NumberList(Float64Array);
  readonly #sizes = new NumberList(Uint32Array);

  constructor(bolt: BoltFile) {
    this.#bolt = bolt;
  }

  set(number: number, { offset, sizeBytes }: Pick<KeyRecord, 'offset' | 'sizeBytes'>): void {
    this.#offsets.set(number, offset);
    this.#sizes.set(number, sizeBytes);
  }

  has(number: number): boolean {
    return this.#offsets.get(number) !== NONE;
  }

  offset(number: number): number {
    return this.#offsets.get(number);
  }

  sizeBytes(number: number): number {
    return this.#sizes.get(number);
  }

  /** The same keys in the order in which reading their records is fastest. */
  inFileOrder(numbers: Uint32Array): Uint32Array {
    const sorted = numbers.slice();
    this.#sortByOffset(sorted, new Float64Array(sorted.length));
    return sorted;
  }

  /** @param offsets memory for as many offsets, or more */
  #sortByOffset(numbers: Uint32Array, offsets: Float64Array): void {
    for (let index = 0; index < numbers.length; index++) {
      offsets[index] = this.#offsets.get(numbers[index] as number);
    }
    sortPairs(offsets, numbers, 0, numbers.length);
  }

  /** Calls `visit` with the record of each key, valid until it returns, in the order of the file. Rejects with `CorruptFileError`. */
  async forEachInFileOrder(
    numbers: Uint32Array,
    task: LongTask,
    visit: (number: number, record: KeyValue) => void,
  ): Promise<void> {
    for (const number of this.inFileOrder(numbers)) {
      visit(number, this.decode(number));
      if (task.shouldYield(1)) await task.yield();
    }
  }

  /** The least size of a database that has these records. */
  databaseBytes(numbers: Uint32Array): number {
    return numbers.reduce((sum, number) => sum + MIN_RECORD_BYTES + this.sizeBytes(number), 0);
  }

  /** The numbers from the index `from` on, at least one, whose records together have the size of a batch. */
  batch(numbers: Uint32Array, from: number, max: BatchSize): Uint32Array {
    let to = from;
    for (let bytes = 0; to < numbers.length && to - from < max.keys; to++) {
      bytes += this.sizeBytes(numbers[to] as number);
      if (bytes > max.bytes && to > from) break;
    }
    return numbers.subarray(from, to);
  }

  /** All numbers below `end` that pass, in the order of their records in the file, in parts. Takes 4 bytes for each that passes. */
  *partsInFileOrder(end: number, passes: (number: number) => boolean): Generator<Uint32Array> {
    const rangeBytes = Math.ceil(this.#bolt.reader.source.sizeBytes / RANGES);
    const rangeOf = (number: number) => Math.floor(this.#offsets.get(number) / rangeBytes);
    // By range: how many numbers there are before its own; in the end, those with its own.
    const ends = new Uint32Array(RANGES + 1);
    for (let number = 0; number < end; number++) if (passes(number)) increment(ends, rangeOf(number) + 1);
    for (let range = 1; range <= RANGES; range++)
      ends[range] = (ends[range] as number) + (ends[range - 1] as number);
    const numbers = new Uint32Array(ends[RANGES] as number);
    for (let number = 0; number < end; number++) {
      if (passes(number)) numbers[increment(ends, rangeOf(number))] = number;
    }
    let offsets = new Float64Array(Math.min(numbers.length, MAX_PART_RECORDS));
    for (let range = 0, start = 0; start < numbers.length; ) {
      let stop = start;
      do stop = ends[range++] as number;
      while (range < RANGES && (ends[range] as number) - start <= MAX_PART_RECORDS);
      if (stop === start) continue;
      const part = numbers.subarray(start, stop);
      if (part.length > offsets.length) offsets = new Float64Array(part.length);
      this.#sortByOffset(part, offsets);
      yield part;
      start = stop;
    }
  }

  /** The bytes of the record, valid until the file is read again. Throws `CorruptFileError`. */
  view(number: number): Uint8Array {
    return this.#bolt.reader.source.read(this.#offsets.get(number), this.#sizes.get(number));
  }

  /** The record. Its key and value are valid until the file is read again. Throws `CorruptFileError`. */
  decode(number: number, bytes = this.view(number)): KeyValue {
    try {
      return KeyValueCodec.decode(bytes);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw this.#bolt.reader.corrupt(message, this.#offsets.get(number));
    }
  }
}

/** Returns what the element was before. */
function increment(counts: Uint32Array, index: number): number {
  const count = counts[index] as number;
  counts[index] = count + 1;
  return count;
}
