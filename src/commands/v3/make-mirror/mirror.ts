import type { CommandContext } from '../../../cli/context.js';
import { rangeReader } from '../../../cli/range-reader.js';
import { rangeInPages } from '../../../client/range/range-in-pages.js';
import type { WatchEnd } from '../../../client/watch/state.js';
import { watchKeys } from '../../../client/watch/watch-keys.js';
import { CommandError, isTooLargeRequest, ServerError } from '../../../model/errors.js';
import { type KeyRange, prefixRange } from '../../../model/key-range.js';
import type { RequestOp } from '../../../model/messages/kv.js';
import type { WatchResponse } from '../../../model/messages/watch.js';
import type { Client } from '../../../model/services.js';
import { copyBatches } from './copy-batches.js';
import type { Destination } from './destination.js';
import { type KeyMapping, toWrite } from './mirrored-keys.js';

/** What is mirrored. */
export interface MirrorPlan {
  readonly mapping: KeyMapping;
  /** The first revision to mirror; 0: everything as it is now, then what follows. */
  readonly revision: bigint;
  /** Largest number of writes in a transaction; 0: no limit. */
  readonly maxWrites: number;
}

/** One mirroring from its first copy on: `keys` and `nextRevision` tell how far it has come. */
export class Mirror {
  /** Writes done at the destination. */
  keys = 0;
  /** Everything before it is mirrored; 0: not even the first copy is complete. */
  nextRevision: bigint;
  readonly #plan: MirrorPlan;
  readonly #destination: Destination;
  readonly #context: CommandContext;
  readonly #range: KeyRange;
  #pending: RequestOp[] = [];
  #pendingRevision = 0n;

  constructor(plan: MirrorPlan, destination: Destination, context: CommandContext) {
    this.#plan = plan;
    this.#destination = destination;
    this.#context = context;
    this.#range = prefixRange(plan.mapping.prefix);
    this.nextRevision = plan.revision;
  }

  /** Never settles but by a failure. */
  async run(source: Client): Promise<never> {
    if (this.nextRevision === 0n) this.nextRevision = (await this.#copy()) + 1n;
    return this.#follow(source);
  }

  /** Copies the keys as they are at one revision, which it settles with. */
  async #copy(): Promise<bigint> {
    const call = { signal: this.#context.signal };
    const progress = this.#context.notices.progress('Copying', 'count');
    let keys = 0;
    try {
      const range = await rangeInPages(rangeReader(this.#context), this.#range, call);
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

  async #follow(source: Client): Promise<never> {
    const { signal, clock, notices } = this.#context;
    const target = { range: this.#range, startRevision: this.nextRevision, fragment: true };
    for await (const news of watchKeys(source.watch, target, { signal, sleep: clock.sleep })) {
      switch (news.kind) {
        case 'response':
          await this.#mirror(news.response);
          break;
        case 'interrupted':
          notices.line(`source: ${news.why}: waiting for a server to resume the mirror`);
          break;
        case 'resumed':
          notices.line(`source: resumed the mirror at revision ${news.revision}`);
          break;
        case 'ended':
          throw failureOf(news.end);
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
