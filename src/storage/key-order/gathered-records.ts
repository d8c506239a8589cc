import { freeBytes } from '../../runtime/free-bytes.js';
import { sortPairs } from '../backend/sort-pairs.js';
import { emptyRecord, type KeyRecord, type RecordCursor } from './key-record.js';

/** 257 to the sixth is below 2^53. */
const GROUP_BYTES = 6;
const GROUP_BASE = 257;

export interface Capacity {
  readonly records: number;
  readonly keyBytes: number;
}

/** Records in memory, up to a number of them and a size of their keys. */
export class GatheredRecords {
  #keys: Uint8Array;
  #used = 0;
  #count = 0;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #offsets: Float64Array;
  readonly #sizes: Uint32Array;
  readonly #valueSizes: Int32Array;
  readonly #order: Uint32Array;
  readonly #groups: Float64Array;

  constructor({ records, keyBytes }: Capacity) {
    this.#keys = new Uint8Array(keyBytes);
    this.#starts = new Uint32Array(records);
    this.#lengths = new Uint32Array(records);
    this.#offsets = new Float64Array(records);
    this.#sizes = new Uint32Array(records);
    this.#valueSizes = new Int32Array(records);
    this.#order = new Uint32Array(records);
    this.#groups = new Float64Array(records);
  }

  get count(): number {
    return this.#count;
  }

  /** Copies the record. Returns false when there is no room; there always is for the first one. */
  add(record: KeyRecord): boolean {
    const { bytes, keyStart, keyEnd } = record;
    const length = keyEnd - keyStart;
    if (this.#count === this.#starts.length) return false;
    if (this.#used + length > this.#keys.length) {
      if (this.#count > 0) return false;
      this.#keys = new Uint8Array(length);
    }
    const keys = this.#keys;
    const start = this.#used;
    for (let at = 0; at < length; at++) keys[start + at] = bytes[keyStart + at] as number;
    this.#used += length;
    const index = this.#count++;
    this.#starts[index] = start;
    this.#lengths[index] = length;
    this.#offsets[index] = record.offset;
    this.#sizes[index] = record.sizeBytes;
    this.#valueSizes[index] = record.valueBytes;
    return true;
  }

  clear(): void {
    this.#count = 0;
    this.#used = 0;
  }

  /** Must not be used afterwards. */
  free(): void {
    const lists = [this.#starts, this.#lengths, this.#offsets, this.#sizes, this.#valueSizes];
    for (const { buffer } of [this.#keys, ...lists, this.#order, this.#groups])
      freeBytes(new Uint8Array(buffer));
  }

  /** In the order of the keys, those of one key in the order in which they were added. */
  sorted(): RecordCursor {
    this.#sort();
    const record = emptyRecord();
    record.bytes = this.#keys;
    let position = 0;
    const next = () => {
      if (position === this.#count) return false;
      const index = this.#order[position++] as number;
      record.keyStart = this.#starts[index] as number;
      record.keyEnd = record.keyStart + (this.#lengths[index] as number);
      record.offset = this.#offsets[index] as number;
      record.sizeBytes = this.#sizes[index] as number;
      record.valueBytes = this.#valueSizes[index] as number;
      return true;
    };
    return { record, next };
  }

  /**
   * Radix sort by groups of bytes: keys have long common prefixes, which it reads once. `pending` has the parts whose keys are equal
   * before an offset, as three numbers each.
   */
  #sort(): void {
    const [order, groups] = [this.#order, this.#groups];
    for (let index = 0; index < this.#count; index++) order[index] = index;
    const pending = [0, this.#count, 0];
    while (pending.length > 0) {
      const offset = pending.pop() as number;
      const high = pending.pop() as number;
      const low = pending.pop() as number;
      for (let at = low; at < high; at++) groups[at] = this.#group(order[at] as number, offset);
      sortPairs(groups, order, low, high);
      for (let start = low, end = low + 1; start < high; start = end++) {
        while (end < high && groups[end] === groups[start]) end++;
        if (end - start === 1) continue;
        const hasEnded = (groups[start] as number) % GROUP_BASE === 0;
        if (hasEnded) order.subarray(start, end).sort();
        else pending.push(start, end, offset + GROUP_BYTES);
      }
    }
  }

  /** Six bytes of the key as a number that has their order; a key that ends comes before all that go on. */
  #group(index: number, offset: number): number {
    const keys = this.#keys;
    const start = this.#starts[index] as number;
    const end = start + (this.#lengths[index] as number);
    let value = 0;
    for (let at = start + offset; at < start + offset + GROUP_BYTES; at++) {
      value = value * GROUP_BASE + (at < end ? (keys[at] as number) + 1 : 0);
    }
    return value;
  }
}
