import { abortController } from '../../model/abort-signal.js';
import { ServerError } from '../../model/errors.js';
import type { StreamOptions } from '../../model/services.js';
import type { CallFailure } from './status.js';

/** What Go's context package says; scripts look for it. */
export function deadlineExceeded(reasons: readonly string[], cause?: unknown): ServerError {
  return new ServerError('context deadline exceeded', 'DeadlineExceeded', { reasons, cause });
}

/** setTimeout takes no more milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The end of a client, which hundreds of calls wait for at a time: an abort signal would look through all of them for each new one. */
export class ClientContext {
  readonly #listeners = new Set<(reason: unknown) => void>();
  #ending: { readonly reason: unknown } | undefined;

  /** Calls the listener with the reason at the end, at once if that is past. Gives back the way to stop that. */
  onEnd(listener: (reason: unknown) => void): () => void {
    if (this.#ending !== undefined) listener(this.#ending.reason);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first reason counts. */
  end(reason: unknown): void {
    if (this.#ending !== undefined) return;
    this.#ending = { reason };
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }
}

/** Ends one call by its own deadline, by the caller's signal or by the client's end, whichever comes first. */
export class CallContext {
  /** Milliseconds since 1970, or Infinity; servers are told. */
  readonly deadline: number;
  /** What the latest attempt failed with, when another one was made: it explains a deadline. */
  lastFailure?: CallFailure;
  readonly #timeoutMs: number | null;
  readonly #isWhole: boolean;
  readonly #source: AbortSignal | undefined;
  readonly #unfollowClient: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #follow = () => this.#end(this.#source?.reason);
  #stopTimer: () => void;
  #ending: { readonly reason: unknown } | undefined;
  #hasExpired = false;
  #controller: AbortController | undefined;

  /** @param defaultMs applies where the call states no context; `null`: none */
  constructor(call: StreamOptions | undefined, defaultMs: number | null, client: ClientContext) {
    this.#timeoutMs = call?.timeoutMs === undefined ? defaultMs : call.timeoutMs;
    this.#isWhole = !call?.limitsEachResponse;
    // Servers can only be told of a context for the whole call.
    const isTold = this.#timeoutMs !== null && this.#isWhole;
    this.deadline = isTold ? Date.now() + (this.#timeoutMs ?? 0) : Number.POSITIVE_INFINITY;
    this.#stopTimer = this.#startTimer();
    this.#unfollowClient = client.onEnd((reason) => this.#end(reason));
    this.#source = call?.signal;
    if (this.#source?.aborted) this.#follow();
    else this.#source?.addEventListener('abort', this.#follow, { once: true });
  }

  get isDone(): boolean {
    return this.#ending !== undefined;
  }

  /** What the call must reject with, once it is over. */
  get reason(): unknown {
    return this.#ending?.reason;
  }

  /** It was the deadline that ended the call. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  /** Aborted at the end, with its reason. Made when it is first asked for: to make one takes longer than to send a request. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = abortController();
      if (this.#ending !== undefined) this.#controller.abort(this.#ending.reason);
    }
    return this.#controller.signal;
  }

  /** Calls the listener at the end, at once if that is past. Gives back the way to stop that. */
  onEnd(listener: () => void): () => void {
    if (this.#ending !== undefined) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The consumer has a response to deal with: that time does not count where the context is for each response. */
  pause(): void {
    if (!this.#isWhole) this.#stopTimer();
  }

  /** The next response is waited for. */
  resume(): void {
    if (!this.#isWhole) this.#stopTimer = this.#startTimer();
  }

  /** To be called when the call is over: frees timer and listeners. */
  release(): void {
    this.#stopTimer();
    this.#unfollowClient();
    this.#source?.removeEventListener('abort', this.#follow);
  }

  #startTimer(): () => void {
    return startTimer(this.#timeoutMs, () => {
      if (this.#ending !== undefined) return;
      this.#hasExpired = true;
      this.#end(deadlineExceeded([]));
    });
  }

  #end(reason: unknown): void {
    if (this.#ending !== undefined) return;
    this.#ending = { reason };
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** The timer keeps the process alive: a call that waits for a connection may have nothing else that does. */
function startTimer(timeoutMs: number | null, expire: () => void): () => void {
  const timer =
    timeoutMs === null
      ? setInterval(() => {}, MAX_TIMER_MS)
      : setTimeout(expire, Math.min(timeoutMs, MAX_TIMER_MS));
  return () => clearTimeout(timer);
}
