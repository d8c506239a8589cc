/**
 * Keeps a lease alive for as long as it lasts (the rules of etcd client/v3/lease.go): a renewal is due when a third of the
 * time to live is over, a stream that breaks is followed by another one, and a lease that nobody has confirmed for its whole
 * time to live counts as lost.
 */

import { linkSignals } from '../model/abort-signal.js';
import { Failure } from '../model/errors.js';
import type { LeaseKeepAliveRequest, LeaseKeepAliveResponse } from '../model/messages/lease.js';
import type { LeaseService } from '../model/services.js';

/** Pause before the next stream (client/v3/watch.go `retryConnWait`). */
const RETRY_MS = 500;

const NS_PER_MS = 1_000_000n;

/** Timers take no more. */
const MAX_SLEEP_MS = 2 ** 31 - 1;

export interface LeaseKeeperOptions {
  /** Ends the keeping; the promise then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly clock: {
    /** Monotonic nanoseconds. */
    now(): bigint;
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
  };
  /** How long the first confirmation may take; the others have the time to live that the server states. */
  readonly firstAnswerMs: number;
  /** Hears of every confirmation. Does not hold up the next one: what takes long is its own affair. */
  readonly onRenewed?: (response: LeaseKeepAliveResponse) => void;
}

/** Why a lease is not kept any longer. */
export type LeaseLoss =
  /** The server does not know it (any more): expired or revoked. */
  | { readonly kind: 'gone' }
  /** No server has confirmed it in time; `failure` is the latest thing that went wrong. */
  | { readonly kind: 'unconfirmed'; readonly failure: Failure | undefined };

/** Settles when the lease is lost. Failures of streams are no reason to give up; what is no `Failure` is thrown. */
export async function keepLeaseAlive(
  lease: Pick<LeaseService, 'leaseKeepAlive'>,
  id: bigint,
  options: LeaseKeeperOptions,
): Promise<LeaseLoss> {
  const { clock, signal } = options;
  const life = linkSignals(signal);
  const renewals = new Renewals(id, options);
  const silence = renewals.untilUnconfirmed(life.signal).then(life.abort, () => undefined);
  try {
    for (;;) {
      await renewals.overOneStream(lease, life.signal);
      if (renewals.isGone) return { kind: 'gone' };
      await clock.sleep(RETRY_MS, life.signal);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!life.signal.aborted) throw error;
    return { kind: 'unconfirmed', failure: renewals.failure };
  } finally {
    life.abort(undefined);
    life.release();
    await silence;
  }
}

/** The state of one lease's renewals. */
class Renewals {
  isGone = false;
  failure: Failure | undefined;
  readonly #id: bigint;
  readonly #options: LeaseKeeperOptions;
  /** The lease lives at least until then, as far as is known. */
  #livesUntil: bigint;
  /** The time to live counts from the request, not from the answer: the server's clock started in between. */
  #askedAt: bigint;
  #pauseMs = 0;
  #answered: () => void = () => undefined;

  constructor(id: bigint, options: LeaseKeeperOptions) {
    this.#id = id;
    this.#options = options;
    this.#askedAt = options.clock.now();
    this.#livesUntil = this.#askedAt + BigInt(options.firstAnswerMs) * NS_PER_MS;
  }

  /** Settles when the lease has outlived its last confirmation. */
  async untilUnconfirmed(life: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const leftMs = Number((this.#livesUntil - clock.now()) / NS_PER_MS);
      if (leftMs <= 0) return;
      await clock.sleep(Math.min(leftMs, MAX_SLEEP_MS), life);
    }
  }

  /** Settles when the stream or the lease is over. */
  async overOneStream(lease: Pick<LeaseService, 'leaseKeepAlive'>, life: AbortSignal): Promise<void> {
    const stream = linkSignals(life);
    try {
      const call = { signal: stream.signal, timeoutMs: null, requiresLeader: true };
      for await (const response of lease.leaseKeepAlive(this.#requests(stream.signal), call)) {
        this.#take(response);
        if (this.isGone) return;
      }
    } catch (error) {
      if (life.aborted || !(error instanceof Failure)) throw error;
      this.failure = error;
    } finally {
      stream.abort(undefined);
      stream.release();
    }
  }

  /** One at a time: the next is due some time after the answer to the one before. */
  async *#requests(ending: AbortSignal): AsyncGenerator<LeaseKeepAliveRequest, void, undefined> {
    for (;;) {
      const answered = new Promise<void>((resolve) => {
        this.#answered = resolve;
      });
      this.#askedAt = this.#options.clock.now();
      yield { id: this.#id };
      await answered;
      await this.#options.clock.sleep(this.#pauseMs, ending);
    }
  }

  #take(response: LeaseKeepAliveResponse): void {
    if (response.id !== this.#id) return;
    if (response.ttl <= 0n) {
      this.isGone = true;
      return;
    }
    const ttlMs = response.ttl * 1000n;
    this.#livesUntil = this.#askedAt + ttlMs * NS_PER_MS;
    this.#pauseMs = Math.min(Number(ttlMs / 3n), MAX_SLEEP_MS);
    this.failure = undefined;
    this.#options.onRenewed?.(response);
    this.#answered();
  }
}
