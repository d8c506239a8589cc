import type { PagedRange } from '../../../client/range/range-in-pages.js';
import type { KeyValue, RequestOp } from '../../../model/messages/kv.js';
import { type KeyMapping, toPut } from './mirrored-keys.js';

export interface BatchLimits {
  readonly mapping: KeyMapping;
  /** Largest number of writes in a batch; 0: as many as servers take. */
  readonly maxWrites: number;
}

/** What a server takes in a transaction unless it is told otherwise (server/embed/config.go `DefaultMaxTxnOps`). */
const USUAL_TXN_OPS = 128;

/** A third of what a server takes in one request (1.5 MiB), for keys come twice, in the write and in its comparison. */
const BATCH_BYTES = 512 * 1024;

/** The keys of a range as writes, so many at a time as make one transaction. */
export async function* copyBatches(
  range: PagedRange,
  limits: BatchLimits,
): AsyncGenerator<readonly RequestOp[], void, undefined> {
  for await (const kvs of pagesOf(range)) yield* batchesOf(kvs, limits);
}

async function* pagesOf({ response, rest }: PagedRange): AsyncGenerator<readonly KeyValue[]> {
  yield response.kvs;
  if (rest === undefined) return;
  for await (const { kvs } of rest) yield kvs;
}

function* batchesOf(
  kvs: readonly KeyValue[],
  { mapping, maxWrites }: BatchLimits,
): Generator<readonly RequestOp[]> {
  const most = maxWrites || USUAL_TXN_OPS;
  let batch: RequestOp[] = [];
  let batchBytes = 0;
  for (const kv of kvs) {
    const sizeBytes = 2 * kv.key.length + kv.value.length;
    const isFull = batch.length === most || batchBytes + sizeBytes > BATCH_BYTES;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(toPut(kv, mapping));
    batchBytes += sizeBytes;
  }
  if (batch.length > 0) yield batch;
}
