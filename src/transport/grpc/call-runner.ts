import { sleep } from '../../model/abort-signal.js';
import type { StreamOptions } from '../../model/services.js';
import type { ConnectionOptions } from '../connection.js';
import type { Authentication } from './authentication.js';
import { CallContext, type ClientContext, deadlineExceeded } from './call-context.js';
import type { EndpointChannel } from './endpoint-channel.js';
import type { EndpointPool } from './endpoint-pool.js';
import { backoffMs, MAX_ATTEMPTS, mayRetry, type RetryPolicy } from './retry.js';
import { NO_RESPONSE_YET } from './settings.js';
import { AttemptError, isCancelled, isRefused, toServerError } from './status.js';

export interface CallRunnerOptions {
  readonly pool: EndpointPool;
  readonly clientContext: ClientContext;
  readonly callTimeoutMs: number | null;
  readonly reportUnanswered: ConnectionOptions['reportUnanswered'];
}

/** What all calls on the endpoints of a pool share: timeouts, retries, and error messages. */
export class CallRunner {
  readonly #options: CallRunnerOptions;

  constructor(options: CallRunnerOptions) {
    this.#options = options;
  }

  get pool(): EndpointPool {
    return this.#options.pool;
  }

  /** A new context for a call. The caller must `release` it when the call is over. */
  context(call: StreamOptions | undefined): CallContext {
    const { callTimeoutMs, clientContext } = this.#options;
    return new CallContext(call, callTimeoutMs, clientContext);
  }

  /** Runs one call with a context of its own. Rejects with the result of `toCallerError`. */
  async withContext<Result>(
    call: StreamOptions | undefined,
    work: (context: CallContext) => Promise<Result>,
  ): Promise<Result> {
    const context = this.context(call);
    try {
      return await work(context);
    } catch (error) {
      throw await this.toCallerError(error, context);
    } finally {
      context.release();
    }
  }

  /**
   * The retry loop (client/v3/retry_interceptor.go). Without `authentication`, a rejected token is not refreshed. A connection that has
   * refused the call twice does not get it again.
   */
  async retry<Result>(
    { context, policy, authentication, maxAttempts = MAX_ATTEMPTS }: RetryOptions,
    attemptCall: (channel: EndpointChannel) => Promise<Result>,
  ): Promise<Result> {
    const { pool } = this;
    const refusedBy = new Set<EndpointChannel>();
    for (let attempt = 1; ; attempt++) {
      const channel = pool.ready ?? (await pool.pick(context.signal));
      context.wasSent = true;
      try {
        return await attemptCall(channel);
      } catch (failure) {
        if (!(failure instanceof AttemptError) || attempt === maxAttempts) throw failure;
        if (isRefused(failure)) {
          if (refusedBy.has(channel)) throw failure;
          refusedBy.add(channel);
        }
        if (authentication?.shouldRefreshToken(failure)) await authentication.refreshToken(context);
        else if (mayRetry(failure, policy, pool.size)) pool.markUnavailable(channel);
        else throw failure;
        context.lastFailure = failure;
      }
      const waitMs = backoffMs(attempt, pool.size);
      if (waitMs > 0) await sleep(waitMs, context.signal);
    }
  }

  /**
   * The error for the caller. An exceeded deadline has the state of every endpoint as its reasons; when the caller has aborted the call, it
   * is reported.
   */
  async toCallerError(error: unknown, context: CallContext): Promise<unknown> {
    if (context.wasAbortedUnanswered) {
      await this.#options.reportUnanswered?.(() => this.pool.explain(context.lastFailure, NO_RESPONSE_YET));
    }
    const failure = context.isDone ? context.reason : error;
    const isOwnDeadline = failure instanceof AttemptError && isCausedByDeadline(failure, context);
    if (isOwnDeadline || context.hasExpired) {
      const reasons = await this.pool.explain(context.lastFailure);
      return deadlineExceeded({ reasons, cause: error, isUnsent: !context.wasSent });
    }
    return failure instanceof AttemptError ? toServerError(failure) : failure;
  }
}

/** The server ends a call at its deadline with this status, or with RST_STREAM, which can arrive before the timer of the call expires. */
function isCausedByDeadline(failure: AttemptError, context: CallContext): boolean {
  if (context.leftMs === Number.POSITIVE_INFINITY) return false;
  return failure.code === 'DeadlineExceeded' || (isCancelled(failure) && context.isDueOnServer);
}

export interface RetryOptions {
  readonly context: CallContext;
  readonly policy: RetryPolicy;
  readonly authentication?: Authentication;
  readonly maxAttempts?: number;
}
