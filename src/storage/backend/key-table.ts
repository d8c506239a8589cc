import { randomBytes } from 'node:crypto';

/** A slot has the low word of a key's fingerprint, 0 when it is empty; the high word; the number of the key. */
const WORDS = 3;
const SEGMENT_SLOTS = 1 << 10;
const MAX_LOAD = 0.85;
/** Fingerprints that begin with more equal bits than this are not divided further. */
const MAX_DEPTH = 24;

const NO_WORDS: Uint32Array = new Uint32Array(0);

/** The keys whose fingerprints begin with the same bits. */
interface Segment {
  /** How many bits. */
  depth: number;
  words: Uint32Array;
  size: number;
}

/**
 * A number for each distinct key of a history; 0 for a key that has none yet. It stores a 64-bit fingerprint of each key under a random
 * seed, because a file can have many millions of keys. With ten million keys, two have the same fingerprint in one run out of several
 * hundred thousand.
 *
 * It is a hash table with extendible hashing (R. Fagin et al., 1979): a segment that is full is divided into two, and a directory
 * has the segment for the first bits of a fingerprint. 14 to 29 bytes for each key, whereas a table that is copied when it is full takes up
 * to six times as much until the garbage is collected.
 */
export class KeyTable {
  readonly #seeds = new Int32Array(new Uint8Array(randomBytes(8)).buffer);
  #directory: Segment[] = [newSegment(0)];
  /** The number of bits of a fingerprint that select an entry of the directory. */
  #depth = 0;
  #size = 0;
  #copy = NO_WORDS;
  /** Where the key is that was found last. */
  #words = NO_WORDS;
  #at = 0;

  /** The number of distinct keys so far. */
  get size(): number {
    return this.#size;
  }

  /** Finds the key in bytes `start` to `end`, or adds it with the number 0. `number` is that of this key then. */
  find(bytes: Uint8Array, start: number, end: number): void {
    let high = this.#seeds[0] as number;
    let low = this.#seeds[1] as number;
    for (let index = start; index < end; index++) {
      const byte = bytes[index] as number;
      high = Math.imul(high ^ byte, 0x9e3779b1);
      low = Math.imul(low ^ byte, 0x5f356495);
    }
    high = mix(high ^ (low >>> 15));
    low = mix(low ^ (high >>> 13)) >>> 0;
    this.#find(high >>> 0, low === 0 ? 1 : low);
  }

  get number(): number {
    return this.#words[this.#at + 2] as number;
  }

  set number(number: number) {
    this.#words[this.#at + 2] = number;
  }

  /** The numbers of all keys, in no order. */
  *numbers(): Generator<number> {
    for (const { words } of new Set(this.#directory)) {
      for (let at = 0; at < words.length; at += WORDS) if (words[at] !== 0) yield words[at + 2] as number;
    }
  }

  #find(high: number, low: number): void {
    let segment = this.#segment(high);
    let at = slotOf(segment.words, high, low);
    if (segment.words[at] === 0) {
      while (segment.size * WORDS >= segment.words.length * MAX_LOAD) {
        this.#makeRoom(segment, high);
        segment = this.#segment(high);
        at = slotOf(segment.words, high, low);
      }
      segment.words[at] = low;
      segment.words[at + 1] = high;
      segment.size++;
      this.#size++;
    }
    this.#words = segment.words;
    this.#at = at;
  }

  #segment(high: number): Segment {
    return this.#directory[this.#depth === 0 ? 0 : high >>> (32 - this.#depth)] as Segment;
  }

  #makeRoom(segment: Segment, high: number): void {
    const old = this.#copyOf(segment);
    segment.size = 0;
    if (segment.depth === MAX_DEPTH) {
      segment.words = new Uint32Array(2 * old.length);
    } else {
      segment.words.fill(0);
      this.#addSibling(segment, high);
    }
    for (let from = 0; from < old.length; from += WORDS) {
      const [low, high] = [old[from] as number, old[from + 1] as number];
      if (low === 0) continue;
      const target = this.#segment(high);
      const to = slotOf(target.words, high, low);
      target.words[to] = low;
      target.words[to + 1] = high;
      target.words[to + 2] = old[from + 2] as number;
      target.size++;
    }
  }

  /** In memory that is used again. */
  #copyOf({ words }: Segment): Uint32Array {
    if (this.#copy.length !== words.length) this.#copy = new Uint32Array(words.length);
    this.#copy.set(words);
    return this.#copy;
  }

  /** A segment for those fingerprints of the other one that have a 1 as the next bit. */
  #addSibling(segment: Segment, high: number): void {
    if (segment.depth === this.#depth) {
      this.#directory = this.#directory.flatMap((each) => [each, each]);
      this.#depth++;
    }
    segment.depth++;
    const sibling = newSegment(segment.depth);
    const count = 2 ** (this.#depth - segment.depth);
    const start = Math.floor((high >>> (32 - this.#depth)) / (2 * count)) * 2 * count + count;
    this.#directory.fill(sibling, start, start + count);
  }
}

function newSegment(depth: number): Segment {
  return { depth, words: new Uint32Array(SEGMENT_SLOTS * WORDS), size: 0 };
}

/** The slot with this fingerprint, or the empty slot for it, as the index of its first word. */
function slotOf(words: Uint32Array, high: number, low: number): number {
  let at = (low & (words.length / WORDS - 1)) * WORDS;
  while (words[at] !== 0 && (words[at] !== low || words[at + 1] !== high)) {
    at += WORDS;
    if (at === words.length) at = 0;
  }
  return at;
}

/** The finalizer of MurmurHash3: each bit of the input changes about half of the output bits. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
