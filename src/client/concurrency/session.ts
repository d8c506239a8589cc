import { aborted, linkSignals } from '../../model/abort-signal.js';
import { CommandError, ServerError } from '../../model/errors.js';
import type { Client } from '../../model/services.js';
import { keepLeaseAlive, type LeaseKeeperOptions, type LeaseLoss } from '../lease-keeper.js';

/** The time limit for revoking the lease at the end. A lease that is not revoked expires after its TTL. */
const CLOSE_TIMEOUT_MS = 5_000;

/** A lease that is kept alive for the duration of some work. Keys attached to it are deleted with it. */
export interface Session {
  readonly lease: bigint;
  /**
   * Aborts when the lease is lost: when the server does not have it, and after `requireLease` also when no server has confirmed it for
   * its TTL. The reason is a `Failure`.
   */
  readonly lost: AbortSignal;
  /**
   * Resolves when a server has confirmed the lease within its TTL; must be called before the session's keys are relied on. Until then, a
   * lease that no server confirms does not end the session: servers without a leader do not end leases. Rejects with the signal's reason.
   */
  requireLease(signal: AbortSignal): Promise<void>;
}

export interface SessionOptions {
  readonly clock: LeaseKeeperOptions['clock'];
  /** Aborts the request for the lease; has no effect later. */
  readonly signal: AbortSignal;
  /** The TTL of the lease, above 0: how long the lease remains after this process is killed. */
  readonly ttlSeconds: number;
  /** The message of the error for a lost lease. */
  readonly lostMessage: string;
  /** Called with a sentence when no server has confirmed the lease for its TTL and the session goes on. */
  readonly onUnconfirmed?: (text: string) => void;
}

/**
 * Runs the work under a new lease (etcd client/v3/concurrency/session.go), and revokes the lease when the work settles. Rejects when
 * the work succeeds but the lease cannot be revoked.
 */
export async function withSession<Result>(
  client: Pick<Client, 'lease'>,
  options: SessionOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const ttl = BigInt(options.ttlSeconds);
  const { id } = await client.lease.leaseGrant({ ttl }, { signal: options.signal });
  const session = new LeasedSession(client, id, options);
  let result: Result;
  try {
    const working = work(session);
    // The first request of the work is on its way while the stream is opened.
    session.startKeepAlive();
    result = await working;
  } catch (error) {
    // The error of the work is the one to report.
    await session.close().catch(() => undefined);
    throw error;
  }
  await session.close();
  return result;
}

/** Settles when the signal aborts; rejects when the session is lost before that. */
export async function holdUntilAborted(signal: AbortSignal, { lost }: Session): Promise<void> {
  const linked = linkSignals(signal, lost);
  await aborted(linked.signal).catch(() => undefined);
  linked.release();
  if (!signal.aborted) throw lost.reason;
}

class LeasedSession implements Session {
  readonly #client: Pick<Client, 'lease'>;
  readonly #options: SessionOptions;
  readonly #lost = new AbortController();
  readonly #stop = new AbortController();
  #keepAlive: Promise<void> | undefined;
  /** No server has confirmed the lease within its TTL. */
  #isUnconfirmed = false;
  #isRequired = false;
  #confirmed: () => void = () => undefined;

  constructor(
    client: Pick<Client, 'lease'>,
    readonly lease: bigint,
    options: SessionOptions,
  ) {
    this.#client = client;
    this.#options = options;
  }

  startKeepAlive(): void {
    this.#keepAlive = this.#keepLeaseAlive().catch((error) => {
      if (!this.#stop.signal.aborted) this.#lost.abort(error);
    });
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async requireLease(signal: AbortSignal): Promise<void> {
    if (this.#isUnconfirmed) {
      const confirmed = new Promise<void>((resolve) => {
        this.#confirmed = resolve;
      });
      await Promise.race([confirmed, aborted(signal)]);
    }
    signal.throwIfAborted();
    this.#isRequired = true;
  }

  /** Settles when the lease is lost. */
  async #keepLeaseAlive(): Promise<void> {
    const { clock, ttlSeconds, lostMessage, onUnconfirmed } = this.#options;
    const keeper: LeaseKeeperOptions = {
      clock,
      signal: this.#stop.signal,
      firstResponseMs: ttlSeconds * 1000,
      onRenewed: () => {
        this.#isUnconfirmed = false;
        this.#confirmed();
      },
    };
    for (;;) {
      const loss = await keepLeaseAlive(this.#client.lease, this.lease, keeper);
      const reasons = reasonsOf(this.lease, loss);
      if (loss.kind === 'gone' || this.#isRequired) {
        return this.#lost.abort(
          new CommandError(lostMessage, {
            reasons,
            ...(loss.kind === 'unconfirmed' && { cause: loss.failure }),
          }),
        );
      }
      if (!this.#isUnconfirmed) onUnconfirmed?.(`${reasons.join('; ')}; still waiting`);
      this.#isUnconfirmed = true;
    }
  }

  /** Stops the keep-alive and revokes the lease. Rejects when the lease cannot be revoked. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the session has ended'));
    await this.#keepAlive;
    if (this.lost.aborted) return;
    const timeoutMs = Math.min(this.#options.ttlSeconds * 1000, CLOSE_TIMEOUT_MS);
    try {
      await this.#client.lease.leaseRevoke({ id: this.lease }, { timeoutMs, isRepeatable: true });
    } catch (error) {
      // The lease expired or was revoked in the meantime, perhaps by the first of two revocations.
      if (error instanceof ServerError && error.code === 'NotFound') return;
      throw error;
    }
  }
}

function reasonsOf(lease: bigint, loss: LeaseLoss): readonly string[] {
  const name = `lease ${lease.toString(16)}`;
  if (loss.kind === 'gone') return [`${name} has expired or was revoked`];
  const { failure } = loss;
  const why = failure === undefined ? [] : [...failure.reasons, failure.message];
  return [...why, `no server has confirmed ${name} within its TTL, so it may have expired`];
}
