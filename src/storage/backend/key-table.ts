import { randomBytes } from 'node:crypto';
import { ProtobufReader, type Span } from '../protobuf-fields.js';

const INITIAL_SLOTS = 1 << 10;
const EMPTY = 0;
const MAX_LOAD = 0.6;

/**
 * Assigns numbers to the distinct keys of a history: 0 to the first one, 1 to the second one, and so on. It is a hash table with open
 * addressing. It stores a 64-bit fingerprint of each key under a random seed, 12 bytes a slot at a load of at most 60 %, because a file
 * can have many millions of keys. With ten million keys, a collision of fingerprints occurs in one run out of several hundred thousand.
 */
export class KeyTable {
  readonly #seeds = new Int32Array(new Uint8Array(randomBytes(8)).buffer);
  #high = new Int32Array(INITIAL_SLOTS);
  #low = new Int32Array(INITIAL_SLOTS);
  /** Number of the key plus one, or `EMPTY`. */
  #numbers = new Uint32Array(INITIAL_SLOTS);
  #size = 0;

  /** The number of distinct keys so far. */
  get size(): number {
    return this.#size;
  }

  /** The number of the key in bytes `start` to `end`. A new key gets the next number. */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    let high = this.#seeds[0] ?? 0;
    let low = this.#seeds[1] ?? 0;
    for (let index = start; index < end; index++) {
      const byte = bytes[index] ?? 0;
      high = Math.imul(high ^ byte, 0x9e3779b1);
      low = Math.imul(low ^ byte, 0x5f356495);
    }
    const mixed = mix(high ^ (low >>> 15));
    return this.#find(mixed, mix(low ^ (mixed >>> 13)));
  }

  #find(high: number, low: number): number {
    const slot = this.#slotOf(high, low);
    const known = this.#numbers[slot] ?? EMPTY;
    if (known !== EMPTY) return known - 1;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#numbers[slot] = ++this.#size;
    if (this.#size > this.#numbers.length * MAX_LOAD) this.#grow();
    return this.#size - 1;
  }

  /** The slot with this fingerprint, or the empty slot to store it in. */
  #slotOf(high: number, low: number): number {
    const mask = this.#numbers.length - 1;
    let slot = low & mask;
    while (this.#numbers[slot] !== EMPTY && (this.#high[slot] !== high || this.#low[slot] !== low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [highs, lows, numbers] = [this.#high, this.#low, this.#numbers];
    const slots = numbers.length * 2;
    this.#high = new Int32Array(slots);
    this.#low = new Int32Array(slots);
    this.#numbers = new Uint32Array(slots);
    for (const [index, number] of numbers.entries()) {
      if (number === EMPTY) continue;
      const [high, low] = [highs[index] ?? 0, lows[index] ?? 0];
      const slot = this.#slotOf(high, low);
      this.#high[slot] = high;
      this.#low[slot] = low;
      this.#numbers[slot] = number;
    }
  }
}

/** The finalizer of MurmurHash3: each bit of the input changes about half of the output bits. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A growable array of 32-bit unsigned integers. Elements that were not set are 0. */
export class Uint32List {
  #numbers = new Uint32Array(1 << 10);

  get(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#numbers.length) {
      const grown = new Uint32Array(Math.max(index + 1, this.#numbers.length * 2));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[index] = value;
  }
}

const EMPTY_SPAN: Span = { start: 0, end: 0 };
const KEY_TAG = 10;

/**
 * The span of the user's key in a serialized mvccpb.KeyValue. Nothing is copied, because values can be large. A missing key is an empty
 * span. Undefined when the bytes between `start` and `end` are not a protobuf message.
 */
export function findUserKey(bytes: Uint8Array, start: number, end: number): Span | undefined {
  const reader = new ProtobufReader(bytes, start, end);
  let found = EMPTY_SPAN;
  while (!reader.isAtEnd) {
    const field = reader.next();
    if (field === undefined) return undefined;
    if (field.tag === KEY_TAG) found = field.contents;
  }
  return found;
}
