import { ServerError } from '../../model/errors.js';
import {
  type KeyValue,
  type RangeRequest,
  type RangeResponse,
  type RangeStreamResponse,
  SortOrder,
  SortTarget,
} from '../../model/messages/kv.js';
import type { RangePage } from '../../model/results.js';
import type { CallOptions, KvService } from '../../model/services.js';
import { filteredPages, hasFilters, passesFilters, withoutFilters } from './filtered-pages.js';
import { followingPages, keyAfter } from './following-pages.js';
import { PageLimit, type RangeReader, type RestOfRange, rangeWithin } from './page.js';

export interface RangeCall extends CallOptions {
  /** Nothing but RangeStream will do: servers without it refuse, as they do orders and filters. */
  readonly usesStream?: boolean;
}

/** A range of any size. */
export interface PagedRange {
  /** The answer, and all of it unless there is a rest; header and count are those of the whole. */
  readonly response: RangeResponse;
  /** The keys that follow, at the revision of the response; to be read once. Its errors are `ServerError`s. */
  readonly rest?: AsyncIterable<RangePage>;
}

/**
 * Reads a range as one answer would give it, in pages that take bounded memory; a range of a few keys is one call.
 * An order other than that of the keys needs all of them at once: then the answer is asked for whole.
 * Rejects with what the first call rejects with.
 */
export async function rangeInPages(
  reader: RangeReader,
  request: RangeRequest,
  { usesStream = false, ...call }: RangeCall = {},
): Promise<PagedRange> {
  const ask = (kv: KvService, asked: RangeRequest) =>
    usesStream ? joinParts(kv.rangeStream(asked, call)) : kv.range(asked, call);
  if (!comesInPages(request) || (usesStream && hasFilters(request))) {
    return { response: await ask(await reader.unbounded(), request) };
  }
  const pageLimit = new PageLimit();
  const first = await rangeWithin(pageLimit, reader, (kv, keys) =>
    ask(kv, { ...withoutFilters(request), limit: firstLimit(request, keys) }),
  );
  const response = hasFilters(request) ? filtered(first, request) : first;
  const rest = restOf(request, first, response);
  if (rest === undefined) return { response };
  const pages = hasFilters(request)
    ? filteredPages(reader, rest, call)
    : followingPages(reader, { ...rest, pageLimit }, call);
  return { response, rest: explained(pages, rest.request.revision) };
}

/** Whether the server would give the keys in their own order, and there may be many. */
function comesInPages({ rangeEnd, countOnly, sortOrder, sortTarget }: RangeRequest): boolean {
  const isOrdered = (sortOrder ?? SortOrder.none) === SortOrder.none;
  return (
    rangeEnd !== undefined &&
    rangeEnd.length > 0 &&
    !countOnly &&
    isOrdered &&
    (sortTarget ?? SortTarget.key) === SortTarget.key
  );
}

/** The user's own limit does where it is smaller; filters leave out some of the keys before it counts. */
function firstLimit(request: RangeRequest, keys: number): bigint {
  const { limit = 0n } = request;
  return limit > 0n && limit < keys && !hasFilters(request) ? limit : BigInt(keys);
}

/** What the first keys' answer is with the filters: they apply before the limit. */
function filtered(first: RangeResponse, request: RangeRequest): RangeResponse {
  const { limit = 0n } = request;
  const passing = first.kvs.filter((kv) => passesFilters(kv, request));
  const hasSurplus = limit > 0n && BigInt(passing.length) > limit;
  return { ...first, kvs: hasSurplus ? passing.slice(0, Number(limit)) : passing, more: hasSurplus };
}

/** What is left of the range after the first keys; nothing when their answer is complete. */
function restOf(
  request: RangeRequest,
  first: RangeResponse,
  response: RangeResponse,
): RestOfRange | undefined {
  const last = first.kvs.at(-1);
  const { limit = 0n, revision = 0n } = request;
  const left = limit > 0n ? limit - BigInt(response.kvs.length) : undefined;
  const isCutShort = response.more && left === 0n;
  if (!first.more || last === undefined || isCutShort) return undefined;
  const pinned = revision > 0n ? revision : (first.header?.revision ?? 0n);
  return { request: { ...request, key: keyAfter(last.key), revision: pinned }, left };
}

/** A range that fails when half of it is printed leaves its reader with half of it. */
async function* explained(
  pages: AsyncIterable<RangePage>,
  revision: bigint,
): AsyncGenerator<RangePage, void, undefined> {
  try {
    yield* pages;
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    const reasons = [...error.reasons, INCOMPLETE];
    if (error.code === 'OutOfRange') reasons.unshift(lostRevision(revision));
    throw new ServerError(error.message, error.code, { cause: error, reasons });
  }
}

const INCOMPLETE = 'the output is incomplete: the range is read and printed page by page';

/** Compacted meanwhile, or not there yet on another member that is behind. */
function lostRevision(revision: bigint): string {
  return `all pages are read at revision ${revision}, which the server has compacted or has not reached yet`;
}

/** The one answer that the parts of a streamed range make: keys follow each other, totals are in the last. */
async function joinParts(parts: AsyncIterable<RangeStreamResponse>): Promise<RangeResponse> {
  const kvs: KeyValue[] = [];
  let joined: RangeResponse = { header: undefined, kvs, more: false, count: 0n };
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
