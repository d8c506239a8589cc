import { ServerError } from '../../model/errors.js';
import type { KeyValue, RangeRequest, RangeResponse } from '../../model/messages/kv.js';
import type { KvService } from '../../model/services.js';

/** What is left of a range that was begun. */
export interface RestOfRange {
  /** Begins after the last key that is known, at the revision of those before; its `limit` means nothing. */
  readonly request: RangeRequest & { readonly revision: bigint };
  /** How many keys more the user wants; `undefined`: all. */
  readonly left: bigint | undefined;
}

/**
 * A page that is larger than this is refused and asked for again with fewer keys. Transports are to be told, so that
 * they refuse it before they take memory for it.
 */
export const MAX_PAGE_BYTES = 32 * 2 ** 20;

/** What a page should come to: each one makes a server before 3.7 count all keys that are left. */
const TARGET_PAGE_BYTES = 8 * 2 ** 20;

/** With values as large as a server takes by default (1.5 MiB), the first page is not refused. */
const INITIAL_KEYS = 20;

/** Nothing is known of the values that come next: a server should not load too many because those before were small. */
const MAX_KEYS = 32_768;

const GROWTH = 4;

/** What a key-value pair takes beside its key and value, roughly. */
const PAIR_OVERHEAD_BYTES = 24;

/** How many keys the next page may have, by what is known of the keys before. */
export class PageLimit {
  #keys = INITIAL_KEYS;
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
    const fitting = Math.floor((kvs.length * TARGET_PAGE_BYTES) / bytesOf(kvs));
    this.#keys = clamp(Math.min(fitting, this.keys * GROWTH), 1, MAX_KEYS);
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

/** Where pages are read from; both may connect when they are first called. */
export interface RangeReader {
  /** Refuses answers above `MAX_PAGE_BYTES` as `ResourceExhausted`, at best. */
  bounded(): Promise<KvService>;
  /** Takes an answer of any size: for a single pair that is larger than a page may be. */
  unbounded(): Promise<KvService>;
}

/** Asks for a page, and for a smaller one as long as the answer is too large. */
export async function rangeWithin(
  limit: PageLimit,
  reader: RangeReader,
  ask: (kv: KvService, keys: number) => Promise<RangeResponse>,
): Promise<RangeResponse> {
  let mayShrink = true;
  for (;;) {
    const { keys } = limit;
    try {
      const response = await ask(await (mayShrink ? reader.bounded() : reader.unbounded()), keys);
      limit.accepted(response.kvs);
      return response;
    } catch (error) {
      if (!mayShrink || !isTooLarge(error)) throw error;
      mayShrink = limit.refused(keys);
    }
  }
}

/** Too large for the client, or for the server to send; so does a server answer that has too much to do. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof ServerError && error.code === 'ResourceExhausted';
}
