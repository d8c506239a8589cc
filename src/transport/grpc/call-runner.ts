import { sleep } from '../../model/abort-signal.js';
import type { StreamOptions } from '../../model/services.js';
import type { Authentication } from './authentication.js';
import { CallLimit, type ClientEnd, deadlineExceeded } from './call-limit.js';
import type { EndpointChannel } from './endpoint-channel.js';
import type { EndpointPool } from './endpoint-pool.js';
import { backoffMs, MAX_ATTEMPTS, mayRepeat, type RetryPolicy } from './retry.js';
import { CallFailure, toServerError } from './status.js';

export interface CallRunnerOptions<Channel extends EndpointChannel> {
  readonly pool: EndpointPool<Channel>;
  readonly end: ClientEnd;
  readonly callTimeoutMs: number | null;
}

/** What all calls on the endpoints of a pool have in common: limits, repetitions, and the words for their failures. */
export class CallRunner<Channel extends EndpointChannel> {
  readonly #options: CallRunnerOptions<Channel>;

  constructor(options: CallRunnerOptions<Channel>) {
    this.#options = options;
  }

  get pool(): EndpointPool<Channel> {
    return this.#options.pool;
  }

  /** To be released when the call is over. */
  limit(call: StreamOptions | undefined): CallLimit {
    const { callTimeoutMs, end } = this.#options;
    return new CallLimit(call, callTimeoutMs, end);
  }

  /** One call within its limit; its failure is explained. */
  async limited<Result>(
    call: StreamOptions | undefined,
    work: (limit: CallLimit) => Promise<Result>,
  ): Promise<Result> {
    const limit = this.limit(call);
    try {
      return await work(limit);
    } catch (error) {
      throw await this.explained(error, limit);
    } finally {
      limit.release();
    }
  }

  /** The retry loop (client/v3/retry_interceptor.go). Without an authentication, a refused token is final. */
  async repeat<Result>(
    { limit, policy, authentication, maxAttempts = MAX_ATTEMPTS }: Repetition,
    make: (channel: Channel) => Promise<Result>,
  ): Promise<Result> {
    const { pool } = this;
    for (let attempt = 1; ; attempt++) {
      const channel = pool.ready ?? (await pool.pick(limit.signal));
      try {
        return await make(channel);
      } catch (failure) {
        if (!(failure instanceof CallFailure) || attempt === maxAttempts) throw failure;
        if (policy !== 'only-if-unsent-with-same-token' && authentication?.mayOvercome(failure))
          await authentication.renew(limit);
        else if (mayRepeat(failure, policy, pool.size)) pool.leave(channel);
        else throw failure;
        limit.lastFailure = failure;
      }
      const waitMs = backoffMs(attempt, pool.size);
      if (waitMs > 0) await sleep(waitMs, limit.signal);
    }
  }

  /** What the caller gets to see: a deadline goes with the state of all endpoints, for something kept the answer away. */
  async explained(error: unknown, limit: CallLimit): Promise<unknown> {
    const failure = limit.isOver ? limit.reason : error;
    const isOwnDeadline =
      failure instanceof CallFailure &&
      failure.code === 'DeadlineExceeded' &&
      limit.deadline !== Number.POSITIVE_INFINITY;
    if (isOwnDeadline || limit.hasExpired)
      return deadlineExceeded(await this.pool.explain(limit.lastFailure), error);
    return failure instanceof CallFailure ? toServerError(failure) : failure;
  }
}

export interface Repetition {
  readonly limit: CallLimit;
  readonly policy: RetryPolicy;
  readonly authentication?: Authentication;
  readonly maxAttempts?: number;
}
