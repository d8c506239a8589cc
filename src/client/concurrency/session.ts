import { aborted, linkSignals } from '../../model/abort-signal.js';
import { CommandError, ServerError } from '../../model/errors.js';
import type { Client } from '../../model/services.js';
import { keepLeaseAlive, type LeaseKeeperOptions, type LeaseLoss } from '../lease-keeper.js';

/** The time limit for revoking the lease at the end. A lease that is not revoked expires after its TTL. */
const CLOSE_TIMEOUT_MS = 5_000;

/** A lease that is kept alive for the duration of some work. Keys attached to it are deleted with it. */
export interface Session {
  readonly lease: bigint;
  /** Aborts when the lease is lost. The reason is a `Failure`. */
  readonly lost: AbortSignal;
}

export interface SessionOptions {
  readonly clock: LeaseKeeperOptions['clock'];
  /** Aborts the request for the lease; has no effect later. */
  readonly signal: AbortSignal;
  /** The TTL of the lease, above 0: how long the lease remains after this process is killed. */
  readonly ttlSeconds: number;
  /** The message of the error for a lost lease. */
  readonly lostMessage: string;
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
    result = await work(session);
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
  readonly #revokeTimeoutMs: number;
  readonly #lost = new AbortController();
  readonly #stop = new AbortController();
  readonly #keepAlive: Promise<void>;

  constructor(
    client: Pick<Client, 'lease'>,
    readonly lease: bigint,
    { clock, ttlSeconds, lostMessage }: SessionOptions,
  ) {
    this.#client = client;
    this.#revokeTimeoutMs = Math.min(ttlSeconds * 1000, CLOSE_TIMEOUT_MS);
    const keeper = { clock, signal: this.#stop.signal, firstResponseMs: ttlSeconds * 1000 };
    this.#keepAlive = keepLeaseAlive(client.lease, lease, keeper).then(
      (loss) => this.#lost.abort(new CommandError(lostMessage, reasonsOf(lease, loss))),
      (error) => {
        if (!this.#stop.signal.aborted) this.#lost.abort(error);
      },
    );
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Stops the keep-alive and revokes the lease. Rejects when the lease cannot be revoked. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the session has ended'));
    await this.#keepAlive;
    if (this.lost.aborted) return;
    try {
      await this.#client.lease.leaseRevoke({ id: this.lease }, { timeoutMs: this.#revokeTimeoutMs });
    } catch (error) {
      // The lease expired or was revoked in the meantime.
      if (error instanceof ServerError && error.code === 'NotFound') return;
      throw error;
    }
  }
}

function reasonsOf(lease: bigint, loss: LeaseLoss): { reasons: readonly string[]; cause?: unknown } {
  const name = `lease ${lease.toString(16)}`;
  if (loss.kind === 'gone') return { reasons: [`${name} has expired or was revoked`] };
  const { failure } = loss;
  const why = failure === undefined ? [] : [...failure.reasons, failure.message];
  return {
    reasons: [...why, `no server has confirmed ${name} within its TTL, so it may have expired`],
    cause: failure,
  };
}
