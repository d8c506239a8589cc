import type { StoreGroups } from '../../../model/store-use.js';
import { type KeyUse, type RankOptions, TopGroups, Totals } from './totals.js';

/** A prefix, some of whose keys were added, and more may follow. */
interface OpenPrefix {
  readonly prefix: Uint8Array;
  readonly totals: Totals;
}

/**
 * Sums up keys by their prefixes with a number of separators. The keys must come in their order: then a prefix is complete when a key
 * without it comes, and no more than `depth` prefixes are incomplete at a time.
 */
export class PrefixTotals {
  readonly #depth: number;
  readonly #separator: number;
  readonly #top: TopGroups;
  /** Each is a prefix of the next. */
  readonly #open: OpenPrefix[] = [];

  constructor(depth: number, separator: number, options: RankOptions) {
    this.#depth = depth;
    this.#separator = separator;
    this.#top = new TopGroups(options);
  }

  get count(): number {
    return this.#top.count + this.#open.length;
  }

  add(key: Uint8Array, use: KeyUse): void {
    let last = this.#open.at(-1);
    while (last !== undefined && !startsWith(key, last.prefix)) {
      this.#close();
      last = this.#open.at(-1);
    }
    const length = this.#prefixLength(key);
    if (last === undefined || last.prefix.length !== length) {
      last = { prefix: new Uint8Array(key.subarray(0, length)), totals: new Totals() };
      this.#open.push(last);
    }
    last.totals.add(use);
  }

  result(hasHistory: boolean): StoreGroups {
    while (this.#open.length > 0) this.#close();
    return this.#top.result('prefix', hasHistory);
  }

  #close(): void {
    const closed = this.#open.pop();
    if (closed !== undefined) this.#top.add(closed.prefix, closed.totals);
  }

  /** The end of the separator with the number `depth`, or of the last one. A leading separator is not counted. */
  #prefixLength(key: Uint8Array): number {
    let length = 0;
    let count = 0;
    for (let index = 0; index < key.length && count < this.#depth; index++) {
      if (key[index] !== this.#separator) continue;
      length = index + 1;
      if (index > 0) count++;
    }
    return length;
  }
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  if (key.length < prefix.length) return false;
  // From the end: keys that differ do so in their later bytes.
  for (let index = prefix.length - 1; index >= 0; index--) if (key[index] !== prefix[index]) return false;
  return true;
}
