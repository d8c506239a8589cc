import { ServerError } from '../../model/errors.js';
import { slicesOf } from '../../model/key-values.js';
import {
  type KeyValue,
  type RangeRequest,
  type RangeStreamResponse,
  type ReceivedRange,
  SortOrder,
  SortTarget,
} from '../../model/messages/kv.js';
import type { RangePage } from '../../model/results.js';
import type { CallOptions, KvService } from '../../model/services.js';
import { filteredPages, hasFilters, passesFilters, withoutFilters } from './filtered-pages.js';
import { followingPages, keyAfter } from './following-pages.js';
import { PageLimit, type RangeReader, type RangeRemainder, readPage } from './page.js';

export interface RangeCall extends CallOptions {
  /** Use RangeStream only. The call fails on servers without it, and with a sort order or filters. */
  readonly usesStream?: boolean;
}

/** A range of any size. */
export interface PagedRange {
  /** The first page, or the whole range when `rest` is absent. Its header and count are those of the whole range. */
  readonly response: ReceivedRange;
  /** The pages after the first, at the same revision. Can be iterated once; throws `ServerError`s. */
  readonly rest?: AsyncIterable<RangePage>;
}

/**
 * Reads a range at one revision in pages, which take bounded memory. The pages together are what one call would return; a range of a
 * few keys takes one call. With a sort order other than by key, the range is read by one call without a size limit.
 * Rejects when the first call fails.
 */
export async function rangeInPages(
  reader: RangeReader,
  request: RangeRequest,
  { usesStream = false, ...call }: RangeCall = {},
): Promise<PagedRange> {
  const range = (kv: KvService, pageRequest: RangeRequest) =>
    usesStream ? joinParts(kv.rangeStream(pageRequest, call)) : kv.range(pageRequest, call);
  if (!isPageable(request) || (usesStream && hasFilters(request))) {
    return { response: await range(await reader.unbounded(), request) };
  }
  const pageLimit = new PageLimit();
  const first = await readPage(pageLimit, reader, (kv, maxKeys) =>
    range(kv, { ...withoutFilters(request), limit: firstLimit(request, maxKeys) }),
  );
  const response = hasFilters(request) ? filtered(first, request) : first;
  const remainder = remainderOf(request, first, response);
  if (remainder === undefined) return { response };
  const pages = hasFilters(request)
    ? filteredPages(reader, remainder, call)
    : followingPages(reader, { ...remainder, pageLimit }, call);
  return { response, rest: withReasons(pages, remainder.request.revision) };
}

/** All keys of the range, in arrays of up to this length. */
export async function* slicesOfRange(
  { response, rest }: PagedRange,
  maxLength: number,
): AsyncGenerator<readonly KeyValue[], void, undefined> {
  yield* slicesOf(response.kvs, maxLength);
  for await (const { kvs } of rest ?? []) yield* slicesOf(kvs, maxLength);
}

/** Like `slicesOfRange`, but an array and what is in it are valid only until the next one is taken: the memory of a page is freed then. */
export async function* passingSlicesOfRange(
  { response, rest }: PagedRange,
  maxLength: number,
): AsyncGenerator<readonly KeyValue[], void, undefined> {
  yield* slicesOf(response.kvs, maxLength);
  for await (const { kvs } of rest ?? []) {
    yield* slicesOf(kvs, maxLength);
    kvs.free?.();
  }
}

/** Whether the range can have many keys, and they come in the order of the keys. */
function isPageable({ rangeEnd, countOnly, sortOrder, sortTarget }: RangeRequest): boolean {
  const isOrdered = (sortOrder ?? SortOrder.none) === SortOrder.none;
  return (
    rangeEnd !== undefined &&
    rangeEnd.length > 0 &&
    !countOnly &&
    isOrdered &&
    (sortTarget ?? SortTarget.key) === SortTarget.key
  );
}

/** The smaller of the user's limit and the page's. With filters it is the page's: the user's limit counts filtered keys. */
function firstLimit(request: RangeRequest, maxKeys: number): bigint {
  const { limit = 0n } = request;
  return limit > 0n && limit < maxKeys && !hasFilters(request) ? limit : BigInt(maxKeys);
}

/** The first page with the filters applied, then the user's limit, as on the server. */
function filtered(first: ReceivedRange, request: RangeRequest): ReceivedRange {
  const { limit = 0n } = request;
  const passing = first.kvs.filter((kv) => passesFilters(kv, request));
  const hasSurplus = limit > 0n && BigInt(passing.length) > limit;
  return { ...first, kvs: hasSurplus ? passing.slice(0, Number(limit)) : passing, more: hasSurplus };
}

/** The remainder of the range after the first page; `undefined` when the response is complete. */
function remainderOf(
  request: RangeRequest,
  first: ReceivedRange,
  response: ReceivedRange,
): RangeRemainder | undefined {
  const last = first.kvs.at(-1);
  const { limit = 0n, revision = 0n } = request;
  const remaining = limit > 0n ? limit - BigInt(response.kvs.length) : undefined;
  const isLimitReached = response.more && remaining === 0n;
  if (!first.more || last === undefined || isLimitReached) return undefined;
  const pinnedRevision = revision > 0n ? revision : (first.header?.revision ?? 0n);
  return { request: { ...request, key: keyAfter(last.key), revision: pinnedRevision }, remaining };
}

/** Adds to the errors of later pages that the output is incomplete: the first pages are printed already. */
async function* withReasons(
  pages: AsyncIterable<RangePage>,
  revision: bigint,
): AsyncGenerator<RangePage, void, undefined> {
  try {
    yield* pages;
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    const reasons = [...error.reasons, INCOMPLETE];
    if (error.code === 'OutOfRange') reasons.unshift(unavailableRevision(revision));
    throw new ServerError(error.message, error.code, { cause: error, reasons });
  }
}

const INCOMPLETE = 'the output is incomplete: the range is read and printed page by page';

/** Two reasons: the revision was compacted between two pages, or the member that serves this page has not applied it yet. */
function unavailableRevision(revision: bigint): string {
  return `all pages are read at revision ${revision}, which the server has compacted or has not reached yet`;
}

/** Joins the parts of a RangeStream to one response. The header and the totals are in the last part. */
async function joinParts(parts: AsyncIterable<RangeStreamResponse>): Promise<ReceivedRange> {
  const kvs: KeyValue[] = [];
  let joined: ReceivedRange = { header: undefined, kvs, more: false, count: 0n };
  for await (const { rangeResponse: part } of parts) {
    if (part === undefined) continue;
    for (const kv of part.kvs) kvs.push(kv);
    joined = {
      header: part.header ?? joined.header,
      kvs,
      more: part.more || joined.more,
      count: part.count || joined.count,
    };
  }
  return joined;
}
