/**
 * Keeps a lease alive by the rules of etcd client/v3/lease.go: it sends a keep-alive request after a third of the TTL,
 * opens a new stream when one breaks, and considers the lease lost when no server has confirmed it for a whole TTL.
 */

import { linkSignals } from '../model/abort-signal.js';
import { Failure } from '../model/errors.js';
import type { LeaseKeepAliveRequest, LeaseKeepAliveResponse } from '../model/messages/lease.js';
import type { LeaseService } from '../model/services.js';

/**
 * The pause before the next stream. It doubles with each stream that brought no renewal, up to the pause of etcd's client
 * (client/v3/watch.go `retryConnWait`): where connections are cut again and again, that pause alone would often last until the next cut.
 */
const MIN_PAUSE_MS = 25;
const MAX_PAUSE_MS = 500;

/**
 * A response is due a third of the TTL after the one before. Without one for half of it, the member may be stopped: the next stream uses
 * another. Streams are not given up earlier than after this time.
 */
const MIN_SILENCE_MS = 1_000;

/** A new stream does not renew the lease again before this time has passed: a peer may end each stream after one response. */
const MIN_INTERVAL_MS = 500;

const NS_PER_MS = 1_000_000n;

/** The longest delay of a JavaScript timer. */
const MAX_SLEEP_MS = 2 ** 31 - 1;

export interface LeaseKeeperOptions {
  /** Stops the keep-alive; the promise then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly clock: {
    /** Monotonic nanoseconds. */
    now(): bigint;
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
  };
  /** The time limit for the first response; for later responses it is the TTL in the response before. */
  readonly firstResponseMs: number;
  /** Called with every response. Must return quickly: the next request waits for it. */
  readonly onRenewed?: (response: LeaseKeepAliveResponse) => void;
}

/** Why a lease is lost. */
export type LeaseLoss =
  /** The server does not have the lease: it expired or was revoked. */
  | { readonly kind: 'gone' }
  /** No server confirmed the lease within its TTL; `failure` is the latest error. */
  | { readonly kind: 'unconfirmed'; readonly failure: Failure | undefined };

/** Settles when the lease is lost. A `Failure` of a stream leads to a new stream; other errors reject. */
export async function keepLeaseAlive(
  lease: Pick<LeaseService, 'leaseKeepAlive'>,
  id: bigint,
  options: LeaseKeeperOptions,
): Promise<LeaseLoss> {
  const { clock, signal } = options;
  const linked = linkSignals(signal);
  const keepAlive = new KeepAlive(id, options);
  const expiry = keepAlive.untilExpired(linked.signal).then(linked.abort, () => undefined);
  try {
    for (;;) {
      await keepAlive.runStream(lease, linked.signal);
      if (keepAlive.isGone) return { kind: 'gone' };
      await clock.sleep(keepAlive.nextPauseMs(), linked.signal);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!linked.signal.aborted) throw error;
    return { kind: 'unconfirmed', failure: keepAlive.failure };
  } finally {
    linked.abort(undefined);
    linked.release();
    await expiry;
  }
}

/** The keep-alive state of one lease, across streams (client/v3/lease.go `keepAlive`). */
class KeepAlive {
  isGone = false;
  failure: Failure | undefined;
  readonly #id: bigint;
  readonly #options: LeaseKeeperOptions;
  /** The earliest time at which the lease can have expired. */
  #deadline: bigint;
  /** The TTL is counted from the request: the server started its own timer after that, and before the response came. */
  #requestedAt: bigint;
  #earliestRequestAt: bigint;
  /** The time for a response, during which the lease does not expire: from the first response on, the TTL. */
  #ttlMs: number;
  #pauseMs = MIN_PAUSE_MS;
  #responseReceived: () => void = () => undefined;

  constructor(id: bigint, options: LeaseKeeperOptions) {
    this.#id = id;
    this.#options = options;
    this.#requestedAt = options.clock.now();
    this.#earliestRequestAt = this.#requestedAt;
    this.#ttlMs = options.firstResponseMs;
    this.#deadline = this.#requestedAt + BigInt(this.#ttlMs) * NS_PER_MS;
  }

  /** Settles when the TTL since the last confirmation is over. */
  async untilExpired(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const leftMs = Number((this.#deadline - clock.now()) / NS_PER_MS);
      if (leftMs <= 0) return;
      await clock.sleep(Math.min(leftMs, MAX_SLEEP_MS), signal);
    }
  }

  /** The pause before the next stream. */
  nextPauseMs(): number {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    return pauseMs;
  }

  /** Keeps the lease alive over one stream. Settles when the stream ends or the lease is gone. */
  async runStream(lease: Pick<LeaseService, 'leaseKeepAlive'>, signal: AbortSignal): Promise<void> {
    const stream = linkSignals(signal);
    try {
      const call = {
        signal: stream.signal,
        timeoutMs: null,
        silenceTimeoutMs: Math.min(Math.max(this.#ttlMs / 2, MIN_SILENCE_MS), MAX_SLEEP_MS),
        requiresLeader: true,
      };
      for await (const response of lease.leaseKeepAlive(this.#requests(stream.signal), call)) {
        this.#handle(response);
        if (this.isGone) return;
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof Failure)) throw error;
      this.failure = error;
    } finally {
      stream.abort(undefined);
      stream.release();
    }
  }

  /** One request at a time: each follows an interval after the response to the one before. */
  async *#requests(signal: AbortSignal): AsyncGenerator<LeaseKeepAliveRequest, void, undefined> {
    const { clock } = this.#options;
    const waitMs = Number((this.#earliestRequestAt - clock.now()) / NS_PER_MS);
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    for (;;) {
      const responseReceived = new Promise<void>((resolve) => {
        this.#responseReceived = resolve;
      });
      this.#requestedAt = clock.now();
      yield { id: this.#id };
      await responseReceived;
      await clock.sleep(Math.min(Math.trunc(this.#ttlMs / 3), MAX_SLEEP_MS), signal);
    }
  }

  #handle(response: LeaseKeepAliveResponse): void {
    if (response.id !== this.#id) return;
    if (response.ttl <= 0n) {
      this.isGone = true;
      return;
    }
    const ttlMs = response.ttl * 1000n;
    this.#ttlMs = Number(ttlMs);
    this.#deadline = this.#requestedAt + ttlMs * NS_PER_MS;
    this.#earliestRequestAt = this.#requestedAt + BigInt(MIN_INTERVAL_MS) * NS_PER_MS;
    this.#pauseMs = MIN_PAUSE_MS;
    this.failure = undefined;
    this.#options.onRenewed?.(response);
    this.#responseReceived();
  }
}
