import type { StoreGroup, StoreGroups, StoreSort, StoreTotals } from '../../../model/store-use.js';

/** What one key takes. */
export interface KeyUse {
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Whether the key exists; else it has older revisions only. */
  readonly isLive: boolean;
  readonly oldRevisions: number;
  readonly oldBytes: number;
}

/** Sums of the use of keys. */
export class Totals {
  keys = 0;
  keyBytes = 0;
  valueBytes = 0;
  oldRevisions = 0;
  oldBytes = 0;

  add({ isLive, keyBytes, valueBytes, oldRevisions, oldBytes }: KeyUse): void {
    if (isLive) {
      this.keys++;
      this.keyBytes += keyBytes;
      this.valueBytes += valueBytes;
    }
    this.oldRevisions += oldRevisions;
    this.oldBytes += oldBytes;
  }

  addAll(other: Totals): void {
    this.keys += other.keys;
    this.keyBytes += other.keyBytes;
    this.valueBytes += other.valueBytes;
    this.oldRevisions += other.oldRevisions;
    this.oldBytes += other.oldBytes;
  }

  rank(sort: StoreSort): number {
    return sort === 'keys' ? this.keys : this.keyBytes + this.valueBytes + this.oldBytes;
  }

  /** @param hasHistory whether the older revisions are known */
  result(hasHistory: boolean): StoreTotals {
    const { keys, keyBytes, valueBytes, oldRevisions, oldBytes } = this;
    return { keys, keyBytes, valueBytes, ...(hasHistory && { oldRevisions, oldBytes }) };
  }
}

interface NamedTotals {
  readonly name: Uint8Array;
  readonly totals: Totals;
}

export interface RankOptions {
  /** 0: no limit. */
  readonly limit: number;
  readonly sort: StoreSort;
}

/** Groups are kept up to this number at least, before those of the lowest rank are summed up. */
const MIN_KEPT = 1000;

/** The groups of the highest rank, and the sums of all others: memory does not depend on their number. */
export class TopGroups {
  readonly #options: RankOptions;
  readonly #kept: number;
  #groups: NamedTotals[] = [];
  readonly #others = new Totals();
  #otherCount = 0;

  constructor(options: RankOptions) {
    this.#options = options;
    this.#kept = options.limit === 0 ? Number.POSITIVE_INFINITY : Math.max(MIN_KEPT, 2 * options.limit);
  }

  /** The number of groups so far. */
  get count(): number {
    return this.#groups.length + this.#otherCount;
  }

  /** Each group is added once. */
  add(name: Uint8Array, totals: Totals): void {
    this.#groups.push({ name, totals });
    if (this.#groups.length > this.#kept) this.#cut();
  }

  result(by: StoreGroups['by'], hasHistory: boolean): StoreGroups {
    this.#cut();
    const groups = this.#groups.map(
      ({ name, totals }): StoreGroup => ({ name, ...totals.result(hasHistory) }),
    );
    if (this.#otherCount === 0) return { by, groups };
    return { by, groups, others: { groups: this.#otherCount, ...this.#others.result(hasHistory) } };
  }

  #cut(): void {
    const { limit, sort } = this.#options;
    this.#groups.sort((a, b) => b.totals.rank(sort) - a.totals.rank(sort) || Buffer.compare(a.name, b.name));
    if (limit === 0) return;
    for (const { totals } of this.#groups.splice(limit)) {
      this.#others.addAll(totals);
      this.#otherCount++;
    }
  }
}
