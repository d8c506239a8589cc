import type { KeyValue, RangeRequest } from '../../model/messages/kv.js';
import type { RangePage } from '../../model/results.js';
import type { CallOptions } from '../../model/services.js';
import { followingPages, keyAfter } from './following-pages.js';
import { PageLimit, type RangeReader, type RestOfRange, rangeWithin } from './page.js';

/** Whether the request asks for some of the range's keys by their revisions. */
export function hasFilters(request: RangeRequest): boolean {
  return [
    request.minModRevision,
    request.maxModRevision,
    request.minCreateRevision,
    request.maxCreateRevision,
  ].some((revision = 0n) => revision !== 0n);
}

/** As servers choose (server/etcdserver/txn/range.go `filterRangeResults`, v3.7.1); 0 is no bound. */
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
 * The pages of a range with filters, at one revision. A server loads all that is left of such a range for every
 * page; so the keys alone are read first, which carry the revisions, and the values of those that pass.
 */
export async function* filteredPages(
  reader: RangeReader,
  { request, left: wantedCount }: RestOfRange,
  call: CallOptions,
): AsyncGenerator<RangePage, void, undefined> {
  const allKeys = { ...withoutFilters(request), revision: request.revision, keysOnly: true };
  const keys = { request: allKeys, left: undefined, pageLimit: new PageLimit() };
  const values = new ValueReader(reader, request, call);
  let left = wantedCount;
  for await (const { kvs } of followingPages(reader, keys, call)) {
    let passing = kvs.filter((kv) => passesFilters(kv, request));
    while (passing.length > 0) {
      if (left === 0n) {
        yield { kvs: [], more: true };
        return;
      }
      const wanted = left === undefined ? passing : passing.slice(0, Number(left));
      const page = request.keysOnly ? wanted : await values.of(wanted);
      yield { kvs: page, more: false };
      passing = passing.slice(page.length);
      if (left !== undefined) left -= BigInt(page.length);
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

  /** The pairs of the first of these keys, all of which pass: as many as make a page. */
  async of(keys: readonly KeyValue[]): Promise<readonly KeyValue[]> {
    const { kvs } = await rangeWithin(this.#pageLimit, this.#reader, (kv, most) =>
      kv.range(this.#between(keys[0], keys[Math.min(most, keys.length) - 1]), this.#call),
    );
    return kvs;
  }

  #between(first: KeyValue | undefined, last: KeyValue | undefined): RangeRequest {
    if (first === undefined || last === undefined) throw new Error('no keys to read the values of');
    return { ...this.#request, key: first.key, rangeEnd: keyAfter(last.key), limit: 0n };
  }
}
