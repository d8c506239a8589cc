import type { KeyValue, RequestOp } from '../../model/messages/kv.js';
import { type PagedRange, passingSlicesOfRange, slicesOfRange } from '../range/range-in-pages.js';
import { batchesOf, type KeyMapping, mapKey, type SizedWrite, SLICE_LENGTH, toPut } from './mirror.js';

export interface MergeLimits {
  readonly mapping: KeyMapping;
  /** The maximum number of writes in a batch; 0: the server's default limit. */
  readonly maxWrites: number;
}

/** One step of the comparison. */
export interface MergedBatch {
  /** Valid until the next batch is taken. */
  readonly writes: readonly RequestOp[];
  /** How many keys of the source are behind this batch. */
  readonly compared: number;
}

/**
 * The writes that make the destination equal to the source: puts of keys that differ, and deletions of keys that the source lacks. Both
 * ranges are read page by page, in the order of the keys, which the mapping preserves.
 */
export async function* mergedBatches(
  source: PagedRange,
  destination: PagedRange,
  { mapping, maxWrites }: MergeLimits,
): AsyncGenerator<MergedBatch, void, undefined> {
  const theirs = new KeyCursor(destination);
  await theirs.load();
  let compared = 0;
  for await (const kvs of passingSlicesOfRange(source, SLICE_LENGTH)) {
    let writes: SizedWrite[] = [];
    for (const kv of kvs) {
      const key = mapKey(kv.key, mapping);
      for (;;) {
        const { current } = theirs;
        const order = current === undefined ? 1 : Buffer.compare(current.key, key);
        if (current === undefined || order > 0) writes.push(put(kv, mapping));
        else if (order < 0) writes.push(deletion(current.key));
        else if (!hasValue(current, kv)) writes.push(put(kv, mapping));
        if (current !== undefined && order <= 0) await theirs.advance();
        if (writes.length >= SLICE_LENGTH) {
          yield* asBatches(writes, compared, maxWrites);
          writes = [];
        }
        if (order >= 0) break;
      }
    }
    compared += kvs.length;
    yield* asBatches(writes, compared, maxWrites);
  }
  yield* remainingDeletions(theirs, compared, maxWrites);
}

async function* remainingDeletions(
  theirs: KeyCursor,
  compared: number,
  maxWrites: number,
): AsyncGenerator<MergedBatch, void, undefined> {
  while (theirs.current !== undefined) {
    yield* asBatches(
      theirs.page.map(({ key }) => deletion(key)),
      compared,
      maxWrites,
    );
    await theirs.load();
  }
}

function* asBatches(
  writes: readonly SizedWrite[],
  compared: number,
  maxWrites: number,
): Generator<MergedBatch> {
  for (const batch of batchesOf(writes, maxWrites)) yield { writes: batch, compared };
}

function put(kv: KeyValue, mapping: KeyMapping): SizedWrite {
  return { write: toPut(kv, mapping), sizeBytes: 2 * kv.key.length + kv.value.length };
}

function deletion(key: Uint8Array): SizedWrite {
  return {
    write: { request: { $case: 'requestDeleteRange', value: { key } } },
    sizeBytes: 2 * key.length,
  };
}

/** A mirrored key has no lease. */
function hasValue(theirs: KeyValue, { value }: KeyValue): boolean {
  return theirs.lease === 0n && Buffer.compare(theirs.value, value) === 0;
}

/** The keys of a range, one after the other. */
class KeyCursor {
  readonly #pages: AsyncIterator<readonly KeyValue[]>;
  #page: readonly KeyValue[] = [];
  #index = 0;

  constructor(range: PagedRange) {
    this.#pages = slicesOfRange(range, SLICE_LENGTH)[Symbol.asyncIterator]();
  }

  /** Undefined at the end. */
  get current(): KeyValue | undefined {
    return this.#page[this.#index];
  }

  /** The keys of the page from the current one on. */
  get page(): readonly KeyValue[] {
    return this.#page.slice(this.#index);
  }

  /** Moves to the next key. Await the promise, if there is one. */
  advance(): Promise<void> | undefined {
    this.#index++;
    return this.#index < this.#page.length ? undefined : this.load();
  }

  /** Moves to the next page. */
  async load(): Promise<void> {
    do {
      const next = await this.#pages.next();
      this.#page = next.done ? [] : next.value;
      this.#index = 0;
      if (next.done) return;
    } while (this.#page.length === 0);
  }
}
