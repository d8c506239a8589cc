import type { KeyValue } from '../messages/kv.js';

/**
 * A page that is larger than this is refused and asked for again with fewer keys. Transports are to be told, so that
 * they refuse it before they take memory for it.
 */
export const LARGEST_PAGE_BYTES = 32 * 2 ** 20;

/** What a page should come to: each one makes a server before 3.7 count all keys that are left. */
const WANTED_PAGE_BYTES = 8 * 2 ** 20;

/** With values as large as a server takes by default (1.5 MiB), the first page is not refused. */
const FIRST_KEYS = 20;

/** Nothing is known of the values that come next: a server should not load too many because those before were small. */
const MOST_KEYS = 32_768;

const GROWTH = 4;

/** What a key-value pair takes beside its key and value, roughly. */
const PAIR_OVERHEAD_BYTES = 24;

/** How many keys the next page may have, by what is known of the keys before. */
export class PageLimit {
  #keys = FIRST_KEYS;
  /** So many keys ahead of here were too much for one page: they are approached with care. */
  #suspects = 0;

  /** At least one. */
  get keys(): number {
    if (this.#suspects === 0) return this.#keys;
    return Math.max(1, Math.min(this.#keys, Math.floor(this.#suspects / GROWTH)));
  }

  /** A page has come. */
  accepted(kvs: readonly KeyValue[]): void {
    if (kvs.length === 0) return;
    const fitting = Math.floor((kvs.length * WANTED_PAGE_BYTES) / bytesOf(kvs));
    this.#keys = clamp(Math.min(fitting, this.keys * GROWTH), 1, MOST_KEYS);
    this.#suspects = Math.max(0, this.#suspects - kvs.length);
  }

  /** A page of so many keys was too large. Gives back whether a smaller one can be asked for. */
  refused(keys: number): boolean {
    this.#suspects = keys;
    return keys > 1;
  }
}

function bytesOf(kvs: readonly KeyValue[]): number {
  let bytes = 0;
  for (const { key, value } of kvs) bytes += key.length + value.length + PAIR_OVERHEAD_BYTES;
  return bytes;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
