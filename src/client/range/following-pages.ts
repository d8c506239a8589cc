import { ServerError } from '../../model/errors.js';
import type { KeyValues } from '../../model/key-values.js';
import type { RangeRequest, ReceivedRange } from '../../model/messages/kv.js';
import type { RangePage } from '../../model/results.js';
import type { CallOptions } from '../../model/services.js';
import {
  isTooLargeResponse,
  type PageLimit,
  type RangeReader,
  type RangeRemainder,
  readPage,
} from './page.js';

/**
 * The pages of a range at one revision, in the order of the keys. The call's timeout applies to each response.
 * The request must have a revision, and must not have filters or another sort order.
 */
export async function* followingPages(
  reader: RangeReader,
  start: RangeRemainder & { readonly pageLimit: PageLimit },
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  const cursor = new Cursor(start);
  for (let isStreaming = true; isStreaming; ) {
    const { key } = cursor;
    isStreaming = false;
    try {
      yield* streamedPages(reader, cursor, call);
    } catch (error) {
      if (!canContinueUnary(error)) throw error;
      // The server has doubled the number of keys while their values were small. A new stream begins with few keys.
      isStreaming = isTooLargeResponse(error) && cursor.key !== key;
    }
  }
  yield* unaryPages(reader, cursor, call);
}

/** The smallest key after this one. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const next = Buffer.alloc(key.length + 1);
  next.set(key);
  return next;
}

/** The position in a range: the first key that is not read yet. */
class Cursor {
  readonly pageLimit: PageLimit;
  readonly #request: RangeRequest;
  #key: Uint8Array;
  #remaining: bigint | undefined;
  #isAtEnd = false;

  constructor({ request, remaining, pageLimit }: RangeRemainder & { readonly pageLimit: PageLimit }) {
    this.pageLimit = pageLimit;
    this.#request = request;
    this.#key = request.key;
    this.#remaining = remaining;
  }

  /** The first key that is not read yet; another object after each page. */
  get key(): Uint8Array {
    return this.#key;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** @param maxKeys the size of the page; by default all remaining keys */
  request(maxKeys?: number): RangeRequest {
    const max = maxKeys === undefined ? undefined : BigInt(maxKeys);
    const isMaxAboveRemaining = max === undefined || (this.#remaining !== undefined && this.#remaining < max);
    const limit = isMaxAboveRemaining ? this.#remaining : max;
    return { ...this.#request, key: this.#key, limit: limit ?? 0n };
  }

  /**
   * Moves behind the keys of a page.
   * @param more whether keys follow, or were left out for the limit
   */
  advance(kvs: KeyValues, more: boolean): void {
    const last = kvs.at(-1);
    if (this.#remaining !== undefined) this.#remaining -= BigInt(kvs.length);
    if (!more || last === undefined || this.#remaining === 0n) this.#isAtEnd = true;
    else this.#key = keyAfter(last.key);
  }
}

/** All pages by one call of RangeStream (etcd 3.7). The server chooses the size of the pages. */
async function* streamedPages(
  reader: RangeReader,
  cursor: Cursor,
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  const kv = await reader.bounded();
  for await (const { rangeResponse: part } of kv.rangeStream(cursor.request(), {
    ...call,
    limitsEachResponse: true,
  })) {
    // Only the last part has a header. Its `more` is true when the limit left keys out.
    const isLast = part?.header !== undefined;
    if (part === undefined || (part.kvs.length === 0 && !isLast)) continue;
    cursor.advance(part.kvs, !isLast || part.more);
    yield { kvs: part.kvs, more: part.more };
  }
}

/** Each page by a call of Range. */
async function* unaryPages(
  reader: RangeReader,
  cursor: Cursor,
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  while (!cursor.isAtEnd) {
    const response: ReceivedRange = await readPage(cursor.pageLimit, reader, (kv, maxKeys) =>
      kv.range(cursor.request(maxKeys), call),
    );
    cursor.advance(response.kvs, response.more);
    yield { kvs: response.kvs, more: cursor.isAtEnd && response.more };
  }
}

/**
 * Whether unary calls can go on after an error of the stream: the server has no RangeStream, a part was too large, or the server
 * became unavailable. Unary calls can have smaller pages and are retried.
 */
function canContinueUnary(error: unknown): boolean {
  if (isTooLargeResponse(error)) return true;
  return error instanceof ServerError && (error.code === 'Unimplemented' || error.code === 'Unavailable');
}
