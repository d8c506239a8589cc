import { copyRecord, emptyRecord, hasEqualKey } from '../key-order/key-record.js';
import { RecordSorter } from '../key-order/record-sorter.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import type { RecordPositions } from './record-positions.js';

/** The first part of a value that is compared. Of values that are equal in it, longer parts are compared, each this many times as long. */
const FIRST_BYTES = 64;
const GROWTH = 16;
/** What precedes a part of a value when parts are sorted: the rank so far, big-endian. */
const RANK_BYTES = 4;

/** A part of the values. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * For each of the numbers, how many of the values are less than its own. Values are not kept in memory: each is read once, and again when
 * another one begins with the same bytes. Progress counts records. Throws `CorruptFileError`.
 */
export async function rankByValue(
  numbers: Uint32Array,
  positions: RecordPositions,
  options: LongTaskOptions = {},
): Promise<Uint32Array> {
  const ranks = new Uint32Array(numbers.reduce((size, number) => Math.max(size, number + 1), 0));
  // Each record is read and sorted. Those of which a second part is compared are not in the total.
  const ranking = new Ranking(ranks, positions, new LongTask(2 * numbers.length, options));
  let part: Part = { start: 0, end: FIRST_BYTES };
  for (let equal = numbers; equal.length > 0; part = { start: part.end, end: part.end * GROWTH }) {
    equal = await ranking.refine(equal, part);
  }
  return ranks;
}

class Ranking {
  readonly #ranks: Uint32Array;
  readonly #positions: RecordPositions;
  readonly #task: LongTask;

  /** @param ranks of the values, as far as they were compared: equal for those that are equal so far */
  constructor(ranks: Uint32Array, positions: RecordPositions, task: LongTask) {
    this.#ranks = ranks;
    this.#positions = positions;
    this.#task = task;
  }

  /**
   * Ranks values that are equal so far by their next part. Returns the numbers of those that are still equal to another and have not
   * ended.
   *
   * @param numbers with a value, all those that are equal to it so far
   */
  async refine(numbers: Uint32Array, part: Part): Promise<Uint32Array> {
    const sorter = new RecordSorter(this.#positions.databaseBytes(numbers));
    try {
      await this.#addParts(numbers, part, sorter);
      return await this.#rank(sorter, part);
    } finally {
      sorter.close();
    }
  }

  async #addParts(numbers: Uint32Array, { start, end }: Part, sorter: RecordSorter): Promise<void> {
    const record = emptyRecord();
    await this.#positions.forEachInFileOrder(numbers, this.#task, (number, { value }) => {
      const bytes = value.subarray(start, end);
      record.keyEnd = RANK_BYTES + bytes.length;
      if (record.bytes.length < record.keyEnd) record.bytes = new Uint8Array(2 * record.keyEnd);
      new DataView(record.bytes.buffer).setUint32(0, this.#ranks[number] as number);
      record.bytes.set(bytes, RANK_BYTES);
      record.offset = number;
      record.valueBytes = value.length;
      sorter.add(record);
    });
  }

  /** The sorted parts of equal values follow each other. Values that have ended are shorter than the part, and before the others. */
  async #rank(sorter: RecordSorter, { end }: Part): Promise<Uint32Array> {
    const equal = new Uint32Array(sorter.count);
    const before = emptyRecord();
    let [count, first, rank, next] = [0, 0, 0, 0];
    const endGroup = () => {
      if (count - first === 1) count = first;
      first = count;
    };
    for (const record of sorter.records()) {
      if (!hasEqualKey(record, before)) {
        endGroup();
        copyRecord(record, before);
        rank = Math.max(next, this.#ranks[record.offset] as number);
        next = rank;
      }
      this.#ranks[record.offset] = rank;
      next++;
      if (record.valueBytes >= end) equal[count++] = record.offset;
      if (this.#task.shouldYieldAfterStep()) await this.#task.yield();
    }
    endGroup();
    return equal.slice(0, count);
  }
}
