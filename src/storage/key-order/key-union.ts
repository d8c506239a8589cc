import { compareKeys, type KeyRecord, PAUSE } from './key-record.js';

type Records = Iterator<KeyRecord | typeof PAUSE>;

/**
 * Joins two sequences of records, each in the order of its keys and with each key once. A pause of the left one ends a call: `add` and
 * `finish` return false then, and are to be called again.
 */
export class KeyUnion {
  readonly #left: Records;
  readonly #visit: (left: KeyRecord | undefined, right: KeyRecord | undefined) => void;
  #next: IteratorResult<KeyRecord | typeof PAUSE>;

  /** @param visit called for each key, in order, with the records that have it. They are valid until it returns. */
  constructor(left: Records, visit: (left: KeyRecord | undefined, right: KeyRecord | undefined) => void) {
    this.#left = left;
    this.#visit = visit;
    this.#next = left.next();
  }

  /** Adds the next record of the right sequence. */
  add(right: KeyRecord): boolean {
    for (;;) {
      if (this.#next.done !== true && this.#next.value === PAUSE) return this.#endPause();
      const left = this.#next.done === true ? undefined : this.#next.value;
      const order = left === undefined ? 1 : compareKeys(left, right);
      this.#visit(order <= 0 ? left : undefined, order >= 0 ? right : undefined);
      if (order <= 0) this.#next = this.#left.next();
      if (order >= 0) return true;
    }
  }

  /** To be called after the last `add`. */
  finish(): boolean {
    for (; this.#next.done !== true; this.#next = this.#left.next()) {
      if (this.#next.value === PAUSE) return this.#endPause();
      this.#visit(this.#next.value, undefined);
    }
    return true;
  }

  #endPause(): false {
    this.#next = this.#left.next();
    return false;
  }
}

/** Each key that one of two sequences has, once and in order, and the pauses of both. A record is valid until the next one is taken. */
export function* keysOfBoth(left: Records, right: Records): Generator<KeyRecord | typeof PAUSE> {
  let [a, b] = [left.next(), right.next()];
  while (a.done !== true || b.done !== true) {
    if (a.done !== true && a.value === PAUSE) {
      yield PAUSE;
      a = left.next();
    } else if (b.done !== true && b.value === PAUSE) {
      yield PAUSE;
      b = right.next();
    } else {
      const order =
        a.done === true ? 1 : b.done === true ? -1 : compareKeys(a.value as KeyRecord, b.value as KeyRecord);
      yield order <= 0 ? a.value : b.value;
      if (order <= 0) a = left.next();
      if (order >= 0) b = right.next();
    }
  }
}
