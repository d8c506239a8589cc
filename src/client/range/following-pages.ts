import { ServerError } from '../../model/errors.js';
import type { KeyValue, RangeRequest, RangeResponse } from '../../model/messages/kv.js';
import type { RangePage } from '../../model/results.js';
import type { CallOptions } from '../../model/services.js';
import { isTooLarge, type PageLimit, type RangeReader, type RestOfRange, rangeWithin } from './page.js';

/**
 * The pages of a range at one revision, in the order of their keys. Each answer has the whole of the call's time.
 * The request must have a revision, and neither another order nor filters.
 */
export async function* followingPages(
  reader: RangeReader,
  start: RestOfRange & { readonly pageLimit: PageLimit },
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  const place = new Cursor(start);
  try {
    yield* streamedPages(reader, place, call);
  } catch (error) {
    if (!isStreamTrouble(error)) throw error;
  }
  yield* askedPages(reader, place, call);
}

/** The smallest key after this one. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const next = Buffer.alloc(key.length + 1);
  next.set(key);
  return next;
}

/** How far the pages have come: what is to be asked for next. */
class Cursor {
  readonly pageLimit: PageLimit;
  readonly #request: RangeRequest;
  #key: Uint8Array;
  #left: bigint | undefined;
  #isAtEnd = false;

  constructor({ request, left, pageLimit }: RestOfRange & { readonly pageLimit: PageLimit }) {
    this.pageLimit = pageLimit;
    this.#request = request;
    this.#key = request.key;
    this.#left = left;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** @param keys of a page; all that is left when absent */
  requestFor(keys?: number): RangeRequest {
    const most = keys === undefined ? undefined : BigInt(keys);
    const limit = most === undefined || (this.#left !== undefined && this.#left < most) ? this.#left : most;
    return { ...this.#request, key: this.#key, limit: limit ?? 0n };
  }

  /** @param more keys follow, or are left out for the limit */
  passed(kvs: readonly KeyValue[], more: boolean): void {
    const last = kvs.at(-1);
    if (this.#left !== undefined) this.#left -= BigInt(kvs.length);
    if (!more || last === undefined || this.#left === 0n) this.#isAtEnd = true;
    else this.#key = keyAfter(last.key);
  }
}

/** One call for all, whose server makes pages of a size that suits it (etcd 3.7). */
async function* streamedPages(
  reader: RangeReader,
  place: Cursor,
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  const kv = await reader.bounded();
  for await (const { rangeResponse: part } of kv.rangeStream(place.requestFor(), {
    ...call,
    limitsEachResponse: true,
  })) {
    // Only the last part has a header, and tells whether the limit left keys out.
    const isLast = part?.header !== undefined;
    if (part === undefined || (part.kvs.length === 0 && !isLast)) continue;
    place.passed(part.kvs, !isLast || part.more);
    yield { kvs: part.kvs, more: part.more };
  }
}

/** A call for each page. */
async function* askedPages(
  reader: RangeReader,
  place: Cursor,
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  while (!place.isAtEnd) {
    const response: RangeResponse = await rangeWithin(place.pageLimit, reader, (kv, keys) =>
      kv.range(place.requestFor(keys), call),
    );
    place.passed(response.kvs, response.more);
    yield { kvs: response.kvs, more: place.isAtEnd && response.more };
  }
}

/** The server does not stream, sent too much at a time, or went away: calls that can be repeated may do better. */
function isStreamTrouble(error: unknown): boolean {
  if (isTooLarge(error)) return true;
  return error instanceof ServerError && (error.code === 'Unimplemented' || error.code === 'Unavailable');
}
