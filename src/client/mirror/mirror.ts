import { CommandError, isTooLargeRequest, ServerError } from '../../model/errors.js';
import { type KeyRange, prefixRange } from '../../model/key-range.js';
import type { KeyValue, RequestOp } from '../../model/messages/kv.js';
import { type Event, EventType, type WatchResponse } from '../../model/messages/watch.js';
import type { WatchService } from '../../model/services.js';
import type { RangeReader } from '../range/page.js';
import { type PagedRange, rangeInPages } from '../range/range-in-pages.js';
import type { WatchEnd } from '../watch/state.js';
import { watchKeys } from '../watch/watch-keys.js';
import type { Destination } from './destination.js';

/** What is mirrored. */
export interface MirrorPlan {
  readonly mapping: KeyMapping;
  /** The first revision to mirror; 0: everything as it is now, then what follows. */
  readonly revision: bigint;
  /** Largest number of writes in a transaction; 0: no limit. */
  readonly maxWrites: number;
}

/** The source, and what a mirror needs while it runs. */
export interface MirrorContext {
  readonly source: RangeReader;
  readonly watch: WatchService;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Takes a line about an interruption. */
  readonly notice: (line: string) => void;
  /** Called when the first copy begins. */
  readonly startProgress: () => CopyProgress;
}

export interface CopyProgress {
  update(keys: number, total: number): void;
  stop(): void;
}

/** One mirroring from its first copy on: `keys` and `nextRevision` tell how far it has come. */
export class Mirror {
  /** Writes done at the destination. */
  keys = 0;
  /** Everything before it is mirrored; 0: not even the first copy is complete. */
  nextRevision: bigint;
  readonly #plan: MirrorPlan;
  readonly #destination: Destination;
  readonly #context: MirrorContext;
  readonly #range: KeyRange;
  #pending: RequestOp[] = [];
  #pendingRevision = 0n;

  constructor(plan: MirrorPlan, destination: Destination, context: MirrorContext) {
    this.#plan = plan;
    this.#destination = destination;
    this.#context = context;
    this.#range = prefixRange(plan.mapping.prefix);
    this.nextRevision = plan.revision;
  }

  /** Never settles but by a failure. */
  async run(): Promise<never> {
    if (this.nextRevision === 0n) this.nextRevision = (await this.#copy()) + 1n;
    return this.#follow();
  }

  /** Copies the keys as they are at one revision, which it settles with. */
  async #copy(): Promise<bigint> {
    const call = { signal: this.#context.signal };
    const progress = this.#context.startProgress();
    let keys = 0;
    try {
      const range = await rangeInPages(this.#context.source, this.#range, call);
      for await (const batch of copyBatches(range, this.#plan)) {
        await this.#applyInParts(batch);
        keys += batch.length;
        progress.update(keys, Number(range.response.count));
      }
      return range.response.header?.revision ?? 0n;
    } finally {
      progress.stop();
    }
  }

  async #follow(): Promise<never> {
    const { watch, signal, sleep, notice } = this.#context;
    const target = { range: this.#range, startRevision: this.nextRevision, fragment: true };
    for await (const update of watchKeys(watch, target, { signal, sleep })) {
      switch (update.kind) {
        case 'response':
          await this.#mirror(update.response);
          break;
        case 'interrupted':
          notice(`source: ${update.why}: waiting for a server to resume the mirror`);
          break;
        case 'resumed':
          notice(`source: resumed the mirror at revision ${update.revision}`);
          break;
        case 'ended':
          throw failureOf(update.end);
      }
    }
    throw new CommandError('the watch of the source ended');
  }

  /** Each revision becomes one transaction, or several when it is too large. */
  async #mirror({ events, fragment }: WatchResponse): Promise<void> {
    for (const event of events) {
      const revision = event.kv?.modRevision ?? 0n;
      if (revision !== this.#pendingRevision) await this.#flush();
      else if (this.#pending.length === this.#plan.maxWrites) await this.#applyPending();
      this.#pendingRevision = revision;
      this.#pending.push(toWrite(event, this.#plan.mapping));
    }
    if (!fragment) await this.#flush();
  }

  /** The pending revision is complete. */
  async #flush(): Promise<void> {
    await this.#applyPending();
    if (this.#pendingRevision >= this.nextRevision) this.nextRevision = this.#pendingRevision + 1n;
  }

  async #applyPending(): Promise<void> {
    const writes = this.#pending;
    this.#pending = [];
    if (writes.length > 0) await this.#applyInParts(writes);
  }

  /** All of one revision, in any number of transactions: fewer writes go where a server takes less than most do. */
  async #applyInParts(writes: readonly RequestOp[]): Promise<void> {
    try {
      await this.#apply(writes);
    } catch (error) {
      if (!isTooLargeRequest(error) || writes.length === 1) throw error;
      const half = Math.ceil(writes.length / 2);
      await this.#applyInParts(writes.slice(0, half));
      await this.#applyInParts(writes.slice(half));
    }
  }

  async #apply(writes: readonly RequestOp[]): Promise<void> {
    await this.#destination.apply(writes);
    this.keys += writes.length;
  }
}

function failureOf({ why, compactRevision }: WatchEnd): Error {
  if (compactRevision === 0n) {
    return new CommandError(`the source ended the watch: ${why || 'it gave no reason'}`);
  }
  const reasons = [
    `the source has compacted what happened before revision ${compactRevision}: the destination lacks a part of it, ` +
      'and keys deleted meanwhile; a mirror without --rev copies everything anew, but deletes nothing',
  ];
  return new ServerError(why, 'OutOfRange', { reasons });
}

interface BatchLimits {
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

/** How keys of the source are called at the destination. */
interface KeyMapping {
  /** All mirrored keys begin with it. */
  readonly prefix: Uint8Array;
  /** Stands in its place. */
  readonly replacement: Uint8Array;
}

function mapKey(key: Uint8Array, { prefix, replacement }: KeyMapping): Uint8Array {
  return Buffer.concat([replacement, key.subarray(prefix.length)]);
}

/** The value of a key as a write; leases are not mirrored. */
export function toPut(
  { key, value }: { readonly key: Uint8Array; readonly value: Uint8Array },
  mapping: KeyMapping,
): RequestOp {
  return { request: { $case: 'requestPut', value: { key: mapKey(key, mapping), value } } };
}

/** What an event did, as a write. */
function toWrite({ type, kv }: Event, mapping: KeyMapping): RequestOp {
  if (kv === undefined) throw new Error('an event without a key');
  if (type !== EventType.delete) return toPut(kv, mapping);
  return { request: { $case: 'requestDeleteRange', value: { key: mapKey(kv.key, mapping) } } };
}
