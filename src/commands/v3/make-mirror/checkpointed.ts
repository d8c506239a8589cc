import type { CommandContext } from '../../../cli/context.js';
import type { Destination } from '../../../client/mirror/destination.js';
import { mergedBatches } from '../../../client/mirror/merged-copy.js';
import { applyInParts, Mirror, type MirrorPlan } from '../../../client/mirror/mirror.js';
import type { RangeReader } from '../../../client/range/page.js';
import { rangeInPages } from '../../../client/range/range-in-pages.js';
import { requestProgressWhileIdle } from '../../../client/watch/idle-progress.js';
import { quoteGo } from '../../../go/quote.js';
import { linkSignals } from '../../../model/abort-signal.js';
import { CommandError, isEtcdError, ServerError } from '../../../model/errors.js';
import { prefixRange } from '../../../model/key-range.js';
import type { ResponseHeader } from '../../../model/messages/header.js';
import type { ReceivedRange } from '../../../model/messages/kv.js';
import type { MaintenanceService } from '../../../model/services.js';
import { idHex } from '../../../printers/id.js';
import type { LazyWatchClients } from '../watch/watch-clients.js';
import type { MirrorCheckpoint } from './mirror-checkpoint.js';

export interface CheckpointedParts {
  readonly plan: MirrorPlan;
  readonly checkpoint: MirrorCheckpoint;
  /** Begin although the destination has keys already. */
  readonly replaces: boolean;
  readonly source: RangeReader;
  /** Not used before the copy is complete: a connection that idles for that long can be dropped on its way. */
  readonly watchClients: LazyWatchClients;
  readonly destinationReader: RangeReader;
  readonly destination: Destination;
  readonly context: CommandContext;
}

const RETRY_EVERY_MS = 1_000;

const DESTINATION_RESTORED = 'the destination has lost writes: it was restored from a backup';

/**
 * A mirror that remembers in a file how far it has come. Its copy makes the keys of the destination equal to those of the source: it also
 * removes keys. It copies again when the source has compacted what comes next.
 */
export class CheckpointedMirror {
  /** All revisions before this one are mirrored; 0: the copy is not complete. */
  nextRevision = 0n;
  readonly #parts: CheckpointedParts;
  #written = 0;
  #current: Mirror | undefined;
  /** Why only another copy helps. */
  #copyReason: string | undefined;

  constructor(parts: CheckpointedParts) {
    this.#parts = parts;
  }

  /** The number of writes that were applied to the destination since the start. */
  get keys(): number {
    return this.#written + (this.#current?.keys ?? 0);
  }

  /** Runs until a failure or an abort: it can only reject. */
  async run(): Promise<never> {
    await this.#begin();
    try {
      for (;;) await this.#attempt();
    } finally {
      await this.#parts.checkpoint.end();
    }
  }

  async #begin(): Promise<void> {
    const { checkpoint } = this.#parts;
    const header = await this.#sourceHeader();
    const there = await this.#firstOfDestination();
    const before = checkpoint.state;
    if (before === undefined) this.#rejectOccupied(there);
    const clusterId = header?.clusterId ?? 0n;
    const destinationClusterId = there.header?.clusterId ?? 0n;
    const destinationRevision = there.header?.revision ?? 0n;
    this.#requireSame('source', before?.clusterId ?? clusterId, clusterId);
    this.#requireSame(
      'destination',
      before?.destinationClusterId ?? destinationClusterId,
      destinationClusterId,
    );
    this.nextRevision = before?.nextRevision ?? 0n;
    if (destinationRevision < (before?.destinationRevision ?? 0n)) {
      this.#copyAgain(DESTINATION_RESTORED);
    } else if ((header?.revision ?? 0n) + 1n < this.nextRevision) {
      this.#copyAgain('the source is older than the checkpoint: it was restored from a backup');
    }
    this.#parts.destination.reset(destinationRevision);
    const { nextRevision } = this;
    checkpoint.record({ clusterId, destinationClusterId, destinationRevision, nextRevision });
  }

  /** The header of a linearizable read of the source. */
  async #sourceHeader(): Promise<ResponseHeader | undefined> {
    const { context, plan, source } = this.#parts;
    const { key } = prefixRange(plan.mapping.prefix);
    const reader = await source.bounded();
    const { header } = await reader.range({ key, keysOnly: true }, { signal: context.signal });
    return header;
  }

  /** The first key of the mirror at the destination, if there is one. */
  async #firstOfDestination(): Promise<ReceivedRange> {
    const { context, destinationReader, plan } = this.#parts;
    const reader = await destinationReader.bounded();
    const range = prefixRange(plan.mapping.replacement);
    return reader.range({ ...range, keysOnly: true, limit: 1n }, { signal: context.signal });
  }

  #rejectOccupied({ kvs: [found] }: ReceivedRange): void {
    if (found === undefined || this.#parts.replaces) return;
    throw new CommandError('the destination has keys in the range of the mirror already', {
      reasons: [
        `the first of them is ${quoteGo(found.key)}: a mirror with --checkpoint removes there what the source does not have`,
        '--dest-replace begins nevertheless',
      ],
    });
  }

  #requireSame(which: string, expected: bigint, found: bigint): void {
    if (expected === found) return;
    throw new CommandError(`${this.#parts.checkpoint.path} is the checkpoint of another ${which}`, {
      reasons: [`the checkpoint is of cluster ${idHex(expected)}, the ${which} is cluster ${idHex(found)}`],
    });
  }

  #copyAgain(why: string): void {
    this.#parts.context.notices.line(
      `${why}: copying all keys again, and removing at the destination what the source does not have`,
    );
    this.nextRevision = 0n;
    this.#parts.destination.reset();
  }

  async #attempt(): Promise<void> {
    const { context } = this.#parts;
    try {
      if (this.nextRevision === 0n) {
        this.nextRevision = (await this.#copy()) + 1n;
        this.#record();
      }
      await this.#follow();
    } catch (error) {
      if (isEtcdError(error, 'compacted')) {
        this.#copyAgain('source: what comes next has been compacted');
      } else if (this.#copyReason !== undefined) {
        this.#copyAgain(this.#copyReason);
      } else if (this.nextRevision === 0n && error instanceof ServerError && error.isUnavailable) {
        context.notices.line(`the copy was interrupted: ${error.message}: it begins again`);
        await context.clock.sleep(RETRY_EVERY_MS, context.signal);
      } else throw error;
      this.#copyReason = undefined;
      this.#record();
    }
  }

  #record(): void {
    const { checkpoint, destination } = this.#parts;
    if (checkpoint.state === undefined) throw new Error('a mirror that has not begun');
    const { destinationRevision } = checkpoint.state;
    checkpoint.record({
      ...checkpoint.state,
      destinationRevision: destination.revision || destinationRevision,
      nextRevision: this.nextRevision,
    });
  }

  /** Makes the destination equal to the source at one revision, and returns that revision. */
  async #copy(): Promise<bigint> {
    const { source, destinationReader, plan, context } = this.#parts;
    const { mapping, maxWrites } = plan;
    const call = { signal: context.signal };
    const progress = context.notices.progress('Copying', 'count');
    try {
      const from = await rangeInPages(source, prefixRange(mapping.prefix), call);
      const to = await rangeInPages(destinationReader, prefixRange(mapping.replacement), call);
      for await (const { writes, compared } of mergedBatches(from, to, { mapping, maxWrites })) {
        await applyInParts(writes, async (part) => {
          await this.#parts.destination.apply(part);
          this.#written += part.length;
          this.#requireWrites();
        });
        progress.update(compared, Number(from.response.count));
      }
      return from.response.header?.revision ?? 0n;
    } finally {
      progress.stop();
    }
  }

  async #follow(): Promise<never> {
    const { context, destination, plan, source, watchClients } = this.#parts;
    const { signal, clock, notices } = context;
    const { sleep } = clock;
    const ending = linkSignals(signal);
    let requests: Promise<void> | undefined;
    const mirror = new Mirror({ ...plan, revision: this.nextRevision }, destination, {
      source,
      watch: watchClients.streams,
      signal,
      sleep,
      notice: notices.line,
      startProgress: () => notices.progress('Copying', 'count'),
      follower: {
        watching: (watch) => {
          const maintenance: Pick<MaintenanceService, 'status'> = {
            status: async (...call) => (await watchClients.client()).maintenance.status(...call),
          };
          requests = requestProgressWhileIdle(watch, { maintenance, signal: ending.signal, sleep });
        },
        opened: (header) => this.#requireHistory(header),
        applied: () => {
          this.#requireWrites();
          this.#advance(mirror);
        },
      },
    });
    this.#current = mirror;
    try {
      return await mirror.run();
    } finally {
      this.#written += mirror.keys;
      this.#current = undefined;
      ending.abort(undefined);
      ending.release();
      await requests;
      if (!destination.hasLostWrites) this.#advance(mirror);
    }
  }

  #advance({ nextRevision }: Mirror): void {
    if (nextRevision === this.nextRevision) return;
    this.nextRevision = nextRevision;
    this.#record();
  }

  /** Nothing counts as mirrored when writes before it are gone. */
  #requireWrites(): void {
    const { destination } = this.#parts;
    if (!destination.hasLostWrites) return;
    this.#copyReason = DESTINATION_RESTORED;
    throw new CommandError('the destination has lost writes');
  }

  /** A member can be behind the others; the whole store is only when it was restored from a backup. */
  async #requireHistory(header: ResponseHeader | undefined): Promise<void> {
    const { checkpoint } = this.#parts;
    const clusterId = header?.clusterId ?? 0n;
    this.#requireSame('source', checkpoint.state?.clusterId ?? clusterId, clusterId);
    if ((header?.revision ?? 0n) + 1n >= this.nextRevision) return;
    const current = await this.#sourceHeader();
    if ((current?.revision ?? 0n) + 1n >= this.nextRevision) return;
    this.#copyReason = 'the source is older than before: it was restored from a backup';
    throw new CommandError('the source is older than before');
  }
}
