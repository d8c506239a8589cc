import { ServerError } from '../../model/errors.js';
import type { KeyValues } from '../../model/key-values.js';
import type { RangeRequest, ReceivedRange } from '../../model/messages/kv.js';
import type { KvService } from '../../model/services.js';

/** The part of a range that is not read yet. */
export interface RangeRemainder {
  /** Starts after the last key that was read, at the same revision. Its `limit` is not used. */
  readonly request: RangeRequest & { readonly revision: bigint };
  /** How many more keys the user's limit allows; `undefined`: no limit. */
  readonly remaining: bigint | undefined;
}

/**
 * The maximum size of a page. A larger page is rejected and read again with fewer keys. Transports get this limit, so that they
 * reject the page before they allocate memory for it.
 */
export const MAX_RANGE_PAGE_BYTES = 16 * 2 ** 20;

/** The intended size of a page. Larger than needed for memory alone: servers before 3.7 count all remaining keys for every page. */
const TARGET_PAGE_BYTES = 8 * 2 ** 20;

/** A first page of this many keys is below the maximum with values of up to 800 KiB, and read again with fewer if they are larger. */
const INITIAL_KEYS = 20;

/** Bounds what a server loads for one page when large values follow small ones. */
const MAX_KEYS = 32_768;

const GROWTH = 4;

/** The approximate size of a key-value pair without its key and value. */
const PAIR_OVERHEAD_BYTES = 24;

/** Chooses the number of keys of the next page by the sizes of the pages before. */
export class PageLimit {
  #keys = INITIAL_KEYS;
  /** A page of this many next keys was too large. Until they are read, pages have a fraction of that number. */
  #rejectedKeys = 0;

  /** The maximum number of keys for the next page; at least 1. */
  get keys(): number {
    if (this.#rejectedKeys === 0) return this.#keys;
    return Math.max(1, Math.min(this.#keys, Math.floor(this.#rejectedKeys / GROWTH)));
  }

  /** Adjusts the limit to a page that was received. */
  accept(kvs: KeyValues): void {
    if (kvs.length === 0) return;
    const fitting = Math.floor((kvs.length * TARGET_PAGE_BYTES) / bytesOf(kvs));
    this.#keys = clamp(Math.min(fitting, this.keys * GROWTH), 1, MAX_KEYS);
    this.#rejectedKeys = Math.max(0, this.#rejectedKeys - kvs.length);
  }

  /** Adjusts the limit after a page of this many keys was too large. Returns whether a smaller page is possible. */
  reject(keys: number): boolean {
    this.#rejectedKeys = keys;
    return keys > 1;
  }
}

function bytesOf(kvs: KeyValues): number {
  if (kvs.sizeBytes !== undefined) return kvs.sizeBytes;
  let bytes = 0;
  for (const { key, value } of kvs) bytes += key.length + value.length + PAIR_OVERHEAD_BYTES;
  return bytes;
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}

/** The clients that pages are read with. Each may connect on its first use. */
export interface RangeReader {
  /** Rejects responses above `MAX_RANGE_PAGE_BYTES` with `ResourceExhausted`, if the transport supports it. */
  bounded(): Promise<KvService>;
  /** Accepts responses of any size: for a single pair that is larger than `MAX_RANGE_PAGE_BYTES`. */
  unbounded(): Promise<KvService>;
}

/** Reads a page with `call`, and repeats it with fewer keys while the response is too large. */
export async function readPage(
  limit: PageLimit,
  reader: RangeReader,
  call: (kv: KvService, maxKeys: number) => Promise<ReceivedRange>,
): Promise<ReceivedRange> {
  let canShrink = true;
  for (;;) {
    const { keys } = limit;
    try {
      const response = await call(await (canShrink ? reader.bounded() : reader.unbounded()), keys);
      limit.accept(response.kvs);
      return response;
    } catch (error) {
      if (!canShrink || !isTooLargeResponse(error)) throw error;
      canShrink = limit.reject(keys);
    }
  }
}

/** Whether the response was too large for the client or the server. An overloaded server fails with the same code. */
export function isTooLargeResponse(error: unknown): boolean {
  return error instanceof ServerError && error.code === 'ResourceExhausted';
}
