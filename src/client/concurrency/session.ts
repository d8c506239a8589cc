import { aborted, linkSignals } from '../../model/abort-signal.js';
import { CommandError, ServerError } from '../../model/errors.js';
import type { Client } from '../../model/services.js';
import { keepLeaseAlive, type LeaseKeeperOptions, type LeaseLoss } from '../lease-keeper.js';

/** Giving up waits no longer for a server; the lease then ends by itself. */
const CLOSE_TIMEOUT_MS = 5_000;

/** A lease that lives as long as the work it is for; the keys attached to it go with it. */
export interface Session {
  readonly lease: bigint;
  /** Aborts when the lease is lost, with a `Failure` that says why. */
  readonly lost: AbortSignal;
}

export interface SessionOptions {
  readonly clock: LeaseKeeperOptions['clock'];
  /** Ends the attempt to get a lease, and nothing after that. */
  readonly signal: AbortSignal;
  /** How long the lease outlives this process when that is killed; above 0. */
  readonly ttlSeconds: number;
  /** The message of the error that a lost lease is. */
  readonly lostMessage: string;
}

/**
 * Does the work under a new lease (etcd client/v3/concurrency/session.go) and revokes that when the work has ended, in
 * whichever way. Not being able to is a failure of work that else succeeded.
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
    // What the work failed with is what the user has to know.
    await session.end().catch(() => undefined);
    throw error;
  }
  await session.end();
  return result;
}

/** Settles when the signal aborts; rejects when the session is lost before that. */
export async function holdUntilAborted(signal: AbortSignal, { lost }: Session): Promise<void> {
  const either = linkSignals(signal, lost);
  await aborted(either.signal).catch(() => undefined);
  either.release();
  if (!signal.aborted) throw lost.reason;
}

class LeasedSession implements Session {
  readonly #client: Pick<Client, 'lease'>;
  readonly #farewellMs: number;
  readonly #loss = new AbortController();
  readonly #stopping = new AbortController();
  readonly #keeping: Promise<void>;

  constructor(
    client: Pick<Client, 'lease'>,
    readonly lease: bigint,
    { clock, ttlSeconds, lostMessage }: SessionOptions,
  ) {
    this.#client = client;
    this.#farewellMs = Math.min(ttlSeconds * 1000, CLOSE_TIMEOUT_MS);
    const keeper = { clock, signal: this.#stopping.signal, firstAnswerMs: ttlSeconds * 1000 };
    this.#keeping = keepLeaseAlive(client.lease, lease, keeper).then(
      (loss) => this.#loss.abort(new CommandError(lostMessage, reasonsOf(lease, loss))),
      (error) => {
        if (!this.#stopping.signal.aborted) this.#loss.abort(error);
      },
    );
  }

  get lost(): AbortSignal {
    return this.#loss.signal;
  }

  async end(): Promise<void> {
    this.#stopping.abort(new Error('the session has ended'));
    await this.#keeping;
    if (this.lost.aborted) return;
    try {
      await this.#client.lease.leaseRevoke({ id: this.lease }, { timeoutMs: this.#farewellMs });
    } catch (error) {
      // Somebody else was faster.
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
