import { sleep } from '../../model/abort-signal.js';
import type { StreamOptions } from '../../model/services.js';
import type { Authentication } from './authentication.js';
import { CallContext, type ClientContext, deadlineExceeded } from './call-context.js';
import type { EndpointChannel } from './endpoint-channel.js';
import type { EndpointPool } from './endpoint-pool.js';
import { backoffMs, MAX_ATTEMPTS, mayRepeat, type RetryPolicy } from './retry.js';
import { CallFailure, toServerError } from './status.js';

export interface CallRunnerOptions<Channel extends EndpointChannel> {
  readonly pool: EndpointPool<Channel>;
  readonly end: ClientContext;
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
  context(call: StreamOptions | undefined): CallContext {
    const { callTimeoutMs, end } = this.#options;
    return new CallContext(call, callTimeoutMs, end);
  }

  /** One call within its context; its failure is explained. */
  async inContext<Result>(
    call: StreamOptions | undefined,
    work: (context: CallContext) => Promise<Result>,
  ): Promise<Result> {
    const context = this.context(call);
    try {
      return await work(context);
    } catch (error) {
      throw await this.explained(error, context);
    } finally {
      context.release();
    }
  }

  /** The retry loop (client/v3/retry_interceptor.go). Without an authentication, a refused token is final. */
  async repeat<Result>(
    { context, policy, authentication, maxAttempts = MAX_ATTEMPTS }: Repetition,
    make: (channel: Channel) => Promise<Result>,
  ): Promise<Result> {
    const { pool } = this;
    for (let attempt = 1; ; attempt++) {
      const channel = pool.ready ?? (await pool.pick(context.signal));
      try {
        return await make(channel);
      } catch (failure) {
        if (!(failure instanceof CallFailure) || attempt === maxAttempts) throw failure;
        if (policy !== 'only-if-unsent-with-same-token' && authentication?.mayOvercome(failure))
          await authentication.renew(context);
        else if (mayRepeat(failure, policy, pool.size)) pool.leave(channel);
        else throw failure;
        context.lastFailure = failure;
      }
      const waitMs = backoffMs(attempt, pool.size);
      if (waitMs > 0) await sleep(waitMs, context.signal);
    }
  }

  /** What the caller gets to see: a deadline goes with the state of all endpoints, for something kept the answer away. */
  async explained(error: unknown, context: CallContext): Promise<unknown> {
    const failure = context.isDone ? context.reason : error;
    const isOwnDeadline =
      failure instanceof CallFailure &&
      failure.code === 'DeadlineExceeded' &&
      context.deadline !== Number.POSITIVE_INFINITY;
    if (isOwnDeadline || context.hasExpired)
      return deadlineExceeded(await this.pool.explain(context.lastFailure), error);
    return failure instanceof CallFailure ? toServerError(failure) : failure;
  }
}

export interface Repetition {
  readonly context: CallContext;
  readonly policy: RetryPolicy;
  readonly authentication?: Authentication;
  readonly maxAttempts?: number;
}
