import type { CommandContext } from '../../cli/context.js';
import { hasFilters, passesFilters } from '../../client/range/filtered-pages.js';
import type { PagedRange } from '../../client/range/range-in-pages.js';
import { ServerError } from '../../model/errors.js';
import { type RangeRequest, SortOrder, SortTarget } from '../../model/messages/kv.js';
import type { RangePage } from '../../model/results.js';
import { readMetaValues } from '../../storage/backend/meta-bucket.js';
import { RecordBatch } from '../../storage/backend/record-batch.js';
import { RecordPositions } from '../../storage/backend/record-positions.js';
import { replay } from '../../storage/backend/replay.js';
import { rankByValue } from '../../storage/backend/value-ranks.js';
import { BoltFile } from '../../storage/bolt/bolt-file.js';
import { PAUSE } from '../../storage/key-order/key-record.js';
import { RECORDS_PER_PAUSE, RecordSorter } from '../../storage/key-order/record-sorter.js';
import { LongTask, type LongTaskOptions } from '../../storage/long-task.js';
import { collectYoungGarbage } from '../../storage/young-garbage.js';
import { readFileWith, withCount, withProgress } from './database-file.js';

/**
 * Reads a range from a snapshot as a server would that was restored from it, and passes it to `use`; the file is open until that has
 * settled. The header has the revision and the raft term, and no cluster or member: a snapshot does not have their ids.
 */
export async function withSnapshotRange(
  path: string,
  request: RangeRequest,
  context: CommandContext,
  use: (range: PagedRange) => Promise<void>,
): Promise<void> {
  await readFileWith(path, context, async (source) => {
    const bolt = BoltFile.open(source);
    await use(await rangeOf(bolt, request, context));
  });
}

async function rangeOf(bolt: BoltFile, request: RangeRequest, context: CommandContext): Promise<PagedRange> {
  if (request.key.length === 0) throw new ServerError('etcdserver: key is not provided', 'InvalidArgument');
  const { term: raftTerm = 0n } = readMetaValues(bolt);
  const found = await findKeys(bolt, request, context);
  const { limit = 0n } = request;
  const more = limit > 0n && BigInt(found.order.length) > limit;
  const order = more ? found.order.subarray(0, Number(limit)) : found.order;
  const header = { clusterId: 0n, memberId: 0n, revision: found.current, raftTerm };
  const response = { header, kvs: [], count: found.count, more: more && request.countOnly !== true };
  if (order.length === 0 || request.countOnly === true) return { response };
  const pages = pagesOf(found, order, more, request.keysOnly === true);
  const { value: first } = await pages.next();
  return { response: { ...response, ...first }, rest: pages };
}

/** The keys of a range, and where their records are. */
interface FoundKeys {
  readonly positions: RecordPositions;
  /** Those that pass the filters, in the order of the request. */
  readonly order: Uint32Array;
  /** As the server counts them: without filters and limit. */
  readonly count: bigint;
  readonly current: bigint;
}

async function findKeys(bolt: BoltFile, request: RangeRequest, context: CommandContext): Promise<FoundKeys> {
  const sorter = new RecordSorter(bolt.sizeBytes);
  try {
    const { revision = 0n } = request;
    const { path } = bolt.reader.source;
    const { current } = await withProgress(`Reading ${path}`, context, (task) =>
      replay(bolt, { ...task, revision, range: request }, sorter.add),
    );
    const positions = new RecordPositions(bolt);
    const count = await withCount(`Ordering the keys of ${path}`, context, (task) =>
      positionsOf(sorter, positions, task),
    );
    const live = Uint32Array.from({ length: count }, (_, number) => number);
    const reading = { positions, context };
    const candidates = await filteredBy(request, sortCandidates(request, live), reading);
    const order = await sortedBy(request, candidates, reading);
    return { positions, order, count: BigInt(count), current };
  } finally {
    sorter.close();
  }
}

/** Numbers the keys in their order. Returns how many there are. */
async function positionsOf(
  sorter: RecordSorter,
  positions: RecordPositions,
  options: LongTaskOptions,
): Promise<number> {
  const task = new LongTask(sorter.count, options);
  let number = 0;
  for (const record of sorter.liveRecords()) {
    if (record === PAUSE) await task.pause(RECORDS_PER_PAUSE);
    else positions.set(number++, record);
  }
  return number;
}

/**
 * A server sorts by another field than the key also without an order, but then it has loaded only as many keys as the limit allows,
 * and one more (server/etcdserver/txn/range.go `rangeLimit`, v3.7.1).
 */
function sortCandidates(request: RangeRequest, live: Uint32Array): Uint32Array {
  const { limit = 0n, sortOrder = SortOrder.none } = request;
  if (sortOrder !== SortOrder.none || limit <= 0n || hasFilters(request)) return live;
  return BigInt(live.length) > limit ? live.subarray(0, Number(limit) + 1) : live;
}

/** Where records are, and where reading them reports progress. */
interface Reading {
  readonly positions: RecordPositions;
  readonly context: CommandContext;
}

async function filteredBy(
  request: RangeRequest,
  numbers: Uint32Array,
  { positions, context }: Reading,
): Promise<Uint32Array> {
  if (!hasFilters(request)) return numbers;
  const passing = new Set<number>();
  await withCount('Filtering the keys', context, (task) =>
    positions.forEachInFileOrder(numbers, new LongTask(numbers.length, task), (number, record) => {
      if (passesFilters(record, request)) passing.add(number);
    }),
  );
  return numbers.filter((number) => passing.has(number));
}

/** Sorts as the server does, but keys that are equal in the field stay in the order of the keys. */
async function sortedBy(request: RangeRequest, numbers: Uint32Array, reading: Reading): Promise<Uint32Array> {
  const { sortOrder = SortOrder.none, sortTarget = SortTarget.key } = request;
  const isDescending = sortOrder === SortOrder.descend;
  if (sortTarget === SortTarget.key) return isDescending ? numbers.reverse() : numbers;
  const sign = isDescending ? -1 : 1;
  const compare =
    sortTarget === SortTarget.value
      ? await valueOrder(numbers, reading)
      : await numberOrder(sortTarget, numbers, reading);
  return numbers.sort((a, b) => sign * compare(a, b));
}

const SORTING = 'Sorting the keys';

type Compare = (a: number, b: number) => number;

const FIELDS = {
  [SortTarget.version]: 'version',
  [SortTarget.create]: 'createRevision',
  [SortTarget.mod]: 'modRevision',
} as const;

async function numberOrder(
  target: keyof typeof FIELDS,
  numbers: Uint32Array,
  { positions, context }: Reading,
): Promise<Compare> {
  const field = FIELDS[target];
  const values = new BigInt64Array(numbers.reduce((size, number) => Math.max(size, number + 1), 0));
  await withCount(SORTING, context, (task) =>
    positions.forEachInFileOrder(numbers, new LongTask(numbers.length, task), (number, record) => {
      values[number] = record[field];
    }),
  );
  return (a, b) => {
    const [left, right] = [values[a] ?? 0n, values[b] ?? 0n];
    return left < right ? -1 : left > right ? 1 : 0;
  };
}

async function valueOrder(numbers: Uint32Array, { positions, context }: Reading): Promise<Compare> {
  const ranks = await withCount(SORTING, context, (task) => rankByValue(numbers, positions, task));
  return (a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0);
}

/** Records that are read at a time: the more, the fewer reads of small ones. */
const MAX_BATCH = { bytes: 16 * 2 ** 20, keys: 1 << 16 };
const PAGE_KEYS = 512;
const KEYS_PER_COLLECTION = 1 << 12;

/** A page is valid until the next one is taken. */
async function* pagesOf(
  { positions }: FoundKeys,
  order: Uint32Array,
  more: boolean,
  keysOnly: boolean,
): AsyncGenerator<RangePage, void, undefined> {
  const batch = new RecordBatch(positions, MAX_BATCH.bytes);
  for (let from = 0; from < order.length; ) {
    const numbers = positions.batch(order, from, MAX_BATCH);
    from += numbers.length;
    batch.load(numbers);
    for (let start = 0; start < numbers.length; start += PAGE_KEYS) {
      const end = Math.min(start + PAGE_KEYS, numbers.length);
      const kvs = batch.records(start, end, keysOnly);
      const isLast = from === order.length && end === numbers.length;
      if (start % KEYS_PER_COLLECTION === 0) collectYoungGarbage();
      yield { kvs, more: more && isLast };
    }
  }
}
