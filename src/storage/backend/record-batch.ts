import type { KeyValues } from '../../model/key-values.js';
import type { KeyValue } from '../../model/messages/kv.js';
import type { RecordPositions } from './record-positions.js';
import { sortPairs } from './sort-pairs.js';

const NO_BYTES = new Uint8Array(0);

/** Records that are read together, in the order of the file, into memory that the next ones use again. */
export class RecordBatch {
  readonly #positions: RecordPositions;
  readonly #usualBytes: number;
  #numbers: Uint32Array = new Uint32Array(0);
  #bytes = Buffer.alloc(0);
  /** By index in the batch. */
  #starts = new Uint32Array(0);
  #offsets = new Float64Array(0);
  #order = new Uint32Array(0);

  /** @param usualBytes the size of most batches */
  constructor(positions: RecordPositions, usualBytes: number) {
    this.#positions = positions;
    this.#usualBytes = usualBytes;
  }

  /** Reads the records of these keys. Throws `CorruptFileError`. */
  load(numbers: Uint32Array): void {
    this.#reserve(numbers);
    this.#numbers = numbers;
    for (let index = 0; index < numbers.length; index++) {
      this.#order[index] = index;
      this.#offsets[index] = this.#positions.offset(numbers[index] as number);
    }
    sortPairs(this.#offsets, this.#order, 0, numbers.length);
    let at = 0;
    for (let step = 0; step < numbers.length; step++) {
      const index = this.#order[step] as number;
      const view = this.#positions.view(numbers[index] as number);
      this.#bytes.set(view, at);
      this.#starts[index] = at;
      at += view.length;
    }
  }

  /** The records from one index up to another, which are valid until the next `load`. They are decoded while they are iterated. */
  records(from: number, to: number, keysOnly = false): KeyValues {
    const decode = (index: number) => this.decode(from + index);
    return new BatchPart(keysOnly ? (index) => ({ ...decode(index), value: NO_BYTES }) : decode, to - from);
  }

  /** The record at an index. Its key and value are valid until the next `load`. Throws `CorruptFileError`. */
  decode(index: number): KeyValue {
    return this.#positions.decode(this.#numbers[index] as number, this.bytes(index));
  }

  /** The bytes of the record at an index. */
  bytes(index: number): Uint8Array {
    const start = this.#starts[index] as number;
    return this.#bytes.subarray(start, start + this.#positions.sizeBytes(this.#numbers[index] as number));
  }

  #reserve(numbers: Uint32Array): void {
    let bytes = 0;
    for (const number of numbers) bytes += this.#positions.sizeBytes(number);
    if (bytes > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(Math.max(bytes, this.#usualBytes));
    if (numbers.length <= this.#starts.length) return;
    const length = powerOfTwo(numbers.length);
    this.#starts = new Uint32Array(length);
    this.#order = new Uint32Array(length);
    this.#offsets = new Float64Array(length);
  }
}

/** The lowest that is not below the number: later batches are seldom larger. */
function powerOfTwo(number: number): number {
  return 2 ** Math.ceil(Math.log2(number));
}

class BatchPart implements KeyValues {
  readonly #decode: (index: number) => KeyValue;

  constructor(
    decode: (index: number) => KeyValue,
    readonly length: number,
  ) {
    this.#decode = decode;
  }

  at(index: number): KeyValue | undefined {
    const position = index < 0 ? index + this.length : index;
    return position >= 0 && position < this.length ? this.#decode(position) : undefined;
  }

  filter(predicate: (kv: KeyValue) => boolean): KeyValue[] {
    return [...this].filter(predicate);
  }

  *[Symbol.iterator](): Generator<KeyValue, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.#decode(index);
  }
}
