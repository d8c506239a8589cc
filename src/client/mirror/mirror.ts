import { CommandError, isTooLargeRequest, ServerError } from '../../model/errors.js';
import { type KeyRange, prefixRange } from '../../model/key-range.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { KeyValue, RequestOp } from '../../model/messages/kv.js';
import { type Event, EventType, type WatchResponse } from '../../model/messages/watch.js';
import type { RangeReader } from '../range/page.js';
import { type PagedRange, rangeInPages, slicesOfRange } from '../range/range-in-pages.js';
import type { WatchEnd } from '../watch/state.js';
import { type Watch, type WatchStreams, watchKeys } from '../watch/watch-keys.js';
import type { Destination } from './destination.js';

/** Which keys are mirrored, and from which revision on. */
export interface MirrorPlan {
  readonly mapping: KeyMapping;
  /** The first revision to mirror; 0: copy the current keys first, then follow all later changes. */
  readonly revision: bigint;
  /** The maximum number of writes in a transaction; 0: the server's default in the first copy, no limit for the changes after it. */
  readonly maxWrites: number;
}

/** The source cluster and the dependencies of a running mirror. */
export interface MirrorContext {
  readonly source: RangeReader;
  readonly watch: WatchStreams;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Called with a line for the user when the mirror is interrupted or resumed. */
  readonly notice: (line: string) => void;
  /** Called when the initial copy starts. */
  readonly startProgress: () => CopyProgress;
  /** Follows how far the changes are applied. */
  readonly follower?: MirrorFollower;
}

export interface MirrorFollower {
  /** Called when a server has created the watch, and whenever another stream goes on with it: before the first event of the stream. */
  opened(header: ResponseHeader | undefined): Promise<void>;
  /** Called when all revisions before this one are applied at the destination. */
  applied(nextRevision: bigint): void;
  /** Called with the watch when it begins. */
  watching(watch: Watch): void;
}

export interface CopyProgress {
  update(keys: number, total: number): void;
  stop(): void;
}

/** Mirrors keys of one cluster to another: an initial copy, then the changes (etcd client/v3/mirror/syncer.go). */
export class Mirror {
  /** The number of writes applied to the destination. */
  keys = 0;
  /** All revisions before this one are mirrored; 0: the initial copy is not complete. */
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

  /** Runs until a failure or an abort: it can only reject. */
  async run(): Promise<never> {
    if (this.nextRevision === 0n) this.nextRevision = (await this.#copy()) + 1n;
    return this.#follow();
  }

  /** Copies the keys at one revision, and returns that revision. */
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
    const { watch, signal, sleep, notice, follower } = this.#context;
    const target = {
      range: this.#range,
      startRevision: this.nextRevision,
      mayBeFragmented: true,
      ...(follower && { progressNotify: true }),
    };
    const watching = watchKeys(watch, target, { signal, sleep });
    follower?.watching(watching);
    for await (const update of watching) {
      switch (update.kind) {
        case 'created':
        case 'reopened':
          await follower?.opened(watching.header);
          break;
        case 'response':
          await this.#mirror(update.response);
          if (update.response.events.length === 0) this.nextRevision = watching.position.revision;
          if (!update.response.fragment) follower?.applied(this.nextRevision);
          break;
        case 'interrupted':
          notice(`source: ${update.reason}: waiting for a server to resume the mirror`);
          break;
        case 'resumed':
          await follower?.opened(watching.header);
          notice(`source: resumed the mirror at revision ${update.revision}`);
          break;
        case 'ended':
          throw failureOf(update.end);
      }
    }
    throw new CommandError('the watch of the source ended');
  }

  /** Collects the writes of each revision for one transaction, or for several when the revision is too large. */
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

  /** Applies the pending revision, whose events are complete. */
  async #flush(): Promise<void> {
    await this.#applyPending();
    if (this.#pendingRevision >= this.nextRevision) this.nextRevision = this.#pendingRevision + 1n;
  }

  async #applyPending(): Promise<void> {
    const writes = this.#pending;
    this.#pending = [];
    if (writes.length > 0) await this.#applyInParts(writes);
  }

  #applyInParts(writes: readonly RequestOp[]): Promise<void> {
    return applyInParts(writes, (part) => this.#apply(part));
  }

  async #apply(writes: readonly RequestOp[]): Promise<void> {
    await this.#destination.apply(writes);
    this.keys += writes.length;
  }
}

/** Applies the writes in one transaction, or in halves when the server rejects it as too large. */
export async function applyInParts(
  writes: readonly RequestOp[],
  apply: (writes: readonly RequestOp[]) => Promise<unknown>,
): Promise<void> {
  try {
    await apply(writes);
  } catch (error) {
    if (!isTooLargeRequest(error) || writes.length === 1) throw error;
    const half = Math.ceil(writes.length / 2);
    await applyInParts(writes.slice(0, half), apply);
    await applyInParts(writes.slice(half), apply);
  }
}

function failureOf({ reason, compactRevision }: WatchEnd): Error {
  if (compactRevision === 0n) {
    return new CommandError(`the source ended the watch: ${reason || 'it gave no reason'}`);
  }
  const reasons = [
    `the source has compacted what happened before revision ${compactRevision}: the destination lacks a part of it, ` +
      'and keys deleted meanwhile; a mirror without --rev copies everything anew, but deletes nothing',
  ];
  return new ServerError(reason, 'OutOfRange', { reasons });
}

interface BatchLimits {
  readonly mapping: KeyMapping;
  /** The maximum number of writes in a batch; 0: the server's default limit. */
  readonly maxWrites: number;
}

/** The server's default maximum of operations in a transaction (server/embed/config.go `DefaultMaxTxnOps`). */
const DEFAULT_MAX_TXN_OPS = 128;

/** A third of the server's default request limit (1.5 MiB), because each key is in the write and in its comparison. */
const MAX_BATCH_BYTES = 512 * 1024;

/** A multiple of the usual maximum of writes in a transaction, so that a slice fills whole ones. */
export const SLICE_LENGTH = 8 * DEFAULT_MAX_TXN_OPS;

/** The keys of a range as writes, in batches of one transaction each. */
export async function* copyBatches(
  range: PagedRange,
  limits: BatchLimits,
): AsyncGenerator<readonly RequestOp[], void, undefined> {
  for await (const kvs of slicesOfRange(range, SLICE_LENGTH)) {
    yield* batchesOf(putsOf(kvs, limits.mapping), limits.maxWrites);
  }
}

function* putsOf(kvs: readonly KeyValue[], mapping: KeyMapping): Generator<SizedWrite> {
  for (const kv of kvs) yield { write: toPut(kv, mapping), sizeBytes: 2 * kv.key.length + kv.value.length };
}

/** A write, and what it adds to a transaction. */
export interface SizedWrite {
  readonly write: RequestOp;
  readonly sizeBytes: number;
}

/** @param maxWrites the maximum number in a batch; 0: the server's default limit */
export function* batchesOf(writes: Iterable<SizedWrite>, maxWrites: number): Generator<readonly RequestOp[]> {
  const maxBatchLength = maxWrites || DEFAULT_MAX_TXN_OPS;
  let batch: RequestOp[] = [];
  let batchBytes = 0;
  for (const { write, sizeBytes } of writes) {
    const isFull = batch.length === maxBatchLength || batchBytes + sizeBytes > MAX_BATCH_BYTES;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(write);
    batchBytes += sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

/** How keys of the source are renamed at the destination. */
export interface KeyMapping {
  /** All mirrored keys begin with this prefix. */
  readonly prefix: Uint8Array;
  /** Replaces the prefix at the destination. */
  readonly replacement: Uint8Array;
}

export function mapKey(key: Uint8Array, { prefix, replacement }: KeyMapping): Uint8Array {
  return Buffer.concat([replacement, key.subarray(prefix.length)]);
}

/** The put that writes a key-value pair to the destination. Leases are not mirrored. */
export function toPut(
  { key, value }: { readonly key: Uint8Array; readonly value: Uint8Array },
  mapping: KeyMapping,
): RequestOp {
  return { request: { $case: 'requestPut', value: { key: mapKey(key, mapping), value } } };
}

/** The write that repeats an event at the destination. */
function toWrite({ type, kv }: Event, mapping: KeyMapping): RequestOp {
  if (kv === undefined) throw new Error('an event without a key');
  if (type !== EventType.delete) return toPut(kv, mapping);
  return { request: { $case: 'requestDeleteRange', value: { key: mapKey(kv.key, mapping) } } };
}
