import type { KeyValues } from '../../model/key-values.js';
import type { KeyValue, RangeRequest } from '../../model/messages/kv.js';
import type { RangePage } from '../../model/results.js';
import type { CallOptions } from '../../model/services.js';
import { followingPages, keyAfter } from './following-pages.js';
import { PageLimit, type RangeReader, type RangeRemainder, readPage } from './page.js';

/** Whether the request filters the keys by mod or create revision. */
export function hasFilters(request: RangeRequest): boolean {
  return [
    request.minModRevision,
    request.maxModRevision,
    request.minCreateRevision,
    request.maxCreateRevision,
  ].some((revision = 0n) => revision !== 0n);
}

/** The filter of the server (server/etcdserver/txn/range.go `filterRangeResults`, v3.7.1). A bound of 0 is no bound. */
export function passesFilters(
  { modRevision, createRevision }: KeyValue,
  { minModRevision = 0n, maxModRevision = 0n, minCreateRevision = 0n, maxCreateRevision = 0n }: RangeRequest,
): boolean {
  return (
    (maxModRevision === 0n || modRevision <= maxModRevision) &&
    (minModRevision === 0n || modRevision >= minModRevision) &&
    (maxCreateRevision === 0n || createRevision <= maxCreateRevision) &&
    (minCreateRevision === 0n || createRevision >= minCreateRevision)
  );
}

export function withoutFilters(request: RangeRequest): RangeRequest {
  return {
    ...request,
    minModRevision: 0n,
    maxModRevision: 0n,
    minCreateRevision: 0n,
    maxCreateRevision: 0n,
  };
}

/**
 * The pages of a range with filters, at one revision. For each page of such a range, a server loads the whole remaining range. To
 * avoid that, this reads pages of keys without values and without filters, filters them here, and then reads the values of those
 * that pass.
 */
export async function* filteredPages(
  reader: RangeReader,
  { request, remaining: initialRemaining }: RangeRemainder,
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  const allKeys = { ...withoutFilters(request), revision: request.revision, keysOnly: true };
  const keys = { request: allKeys, remaining: undefined, pageLimit: new PageLimit() };
  const values = new ValueReader(reader, request, call);
  let remaining = initialRemaining;
  for await (const { kvs } of followingPages(reader, keys, call)) {
    let passing = kvs.filter((kv) => passesFilters(kv, request));
    while (passing.length > 0) {
      if (remaining === 0n) {
        yield { kvs: [], more: true };
        return;
      }
      const wanted = remaining === undefined ? passing : passing.slice(0, Number(remaining));
      const page = request.keysOnly ? wanted : await values.read(wanted);
      yield { kvs: page, more: false };
      passing = passing.slice(page.length);
      if (remaining !== undefined) remaining -= BigInt(page.length);
    }
  }
}

class ValueReader {
  readonly #reader: RangeReader;
  readonly #request: RangeRequest;
  readonly #call: CallOptions;
  readonly #pageLimit = new PageLimit();

  constructor(reader: RangeReader, request: RangeRequest, call: CallOptions) {
    this.#reader = reader;
    this.#request = request;
    this.#call = call;
  }

  /**
   * The key-value pairs of the first of these keys: as many as fit in a page. The keys must follow each other in the filtered
   * range.
   */
  async read(keys: readonly KeyValue[]): Promise<KeyValues> {
    const { kvs } = await readPage(this.#pageLimit, this.#reader, (kv, maxKeys) =>
      kv.range(this.#requestBetween(keys[0], keys[Math.min(maxKeys, keys.length) - 1]), this.#call),
    );
    return kvs;
  }

  #requestBetween(first: KeyValue | undefined, last: KeyValue | undefined): RangeRequest {
    if (first === undefined || last === undefined) throw new Error('no keys to read the values of');
    return { ...this.#request, key: first.key, rangeEnd: keyAfter(last.key), limit: 0n };
  }
}
