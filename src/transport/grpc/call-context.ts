import { abortController } from '../../model/abort-signal.js';
import { ServerError } from '../../model/errors.js';
import type { StreamOptions } from '../../model/services.js';
import { monotonicMs } from '../../runtime/monotonic-clock.js';
import { Countdown } from './countdown.js';
import { UNANSWERED_MS } from './settings.js';
import type { AttemptError } from './status.js';

/** The error of Go's context package; scripts match its message. */
export function deadlineExceeded(
  options: Pick<ServerError, 'reasons'> & { readonly cause?: unknown; readonly isUnsent?: boolean },
): ServerError {
  return new ServerError('context deadline exceeded', 'DeadlineExceeded', options);
}

/** How much earlier than here a deadline can pass on the server. */
const EARLY_MS = 50;

/** The longest delay of setTimeout, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The lifetime of a client, to which hundreds of calls can listen. Not an AbortSignal, because the time that one takes to add a listener
 * grows with the number of its listeners.
 */
export class ClientContext {
  readonly #listeners = new Set<(reason: unknown) => void>();
  #done: { readonly reason: unknown } | undefined;

  /** Calls the listener with the reason when the context is cancelled; at once if it already is. Returns a function that unsubscribes. */
  onDone(listener: (reason: unknown) => void): () => void {
    if (this.#done !== undefined) listener(this.#done.reason);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Later calls have no effect: the first reason is kept. */
  cancel(reason: unknown): void {
    if (this.#done !== undefined) return;
    this.#done = { reason };
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }
}

/** What an attempt at a call needs of its context. */
export interface AttemptContext {
  /** The time until the deadline, as it is sent to the server; Infinity: none. */
  readonly leftMs: number;
  readonly isDone: boolean;
  /** What the attempt must reject with, once the context is done. */
  readonly reason: unknown;
  /** Calls the listener when the context is done; at once if it already is. Returns a function that unsubscribes. */
  onDone(listener: () => void): () => void;
}

/** The context of one of several simultaneous attempts at a call: done when the call's is, or when it is cancelled. */
export class CancellableContext implements AttemptContext {
  readonly #call: AttemptContext;
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #done: { readonly reason: unknown } | undefined;

  constructor(call: AttemptContext) {
    this.#call = call;
    this.#unsubscribe = call.onDone(() => this.cancel(call.reason));
  }

  get leftMs(): number {
    return this.#call.leftMs;
  }

  get isDone(): boolean {
    return this.#done !== undefined;
  }

  get reason(): unknown {
    return this.#done?.reason;
  }

  onDone(listener: () => void): () => void {
    if (this.#done !== undefined) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Has no effect once the context is done. To be called when the attempt is over, too. */
  cancel(reason: unknown): void {
    if (this.#done !== undefined) return;
    this.#done = { reason };
    this.#unsubscribe();
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** The context of one call: done at its deadline, when the caller's signal aborts, or when the client is closed. */
export class CallContext implements AttemptContext {
  /** Why the previous attempt failed, if the call was retried: goes into the reasons of an exceeded deadline. */
  lastFailure?: AttemptError;
  /** Whether there was a connection for the request. */
  wasSent = false;
  /** Whether it was reported what the call waits for. */
  isReported = false;
  /** Whether a response message was received. */
  hasResponse = false;
  readonly #startMs = monotonicMs();
  readonly #timeoutMs: number | null;
  readonly #limitsWholeCall: boolean;
  readonly #callerSignal: AbortSignal | undefined;
  readonly #unsubscribeFromClient: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #onAbort = () => this.#finish(this.#callerSignal?.reason);
  #timer: Timer;
  #done: { readonly reason: unknown } | undefined;
  #hasExpired = false;
  #controller: AbortController | undefined;

  /** @param defaultTimeoutMs used when the call sets no timeout; `null`: no timeout */
  constructor(call: StreamOptions | undefined, defaultTimeoutMs: number | null, client: ClientContext) {
    const timeoutMs = timeoutOf(call, defaultTimeoutMs);
    this.#timeoutMs = timeoutMs ?? call?.silenceTimeoutMs ?? null;
    this.#limitsWholeCall = !call?.limitsEachResponse && this.#timeoutMs === timeoutMs;
    this.#timer = this.#startTimer();
    this.#unsubscribeFromClient = client.onDone((reason) => this.#finish(reason));
    this.#callerSignal = call?.signal;
    if (this.#callerSignal?.aborted) this.#onAbort();
    else this.#callerSignal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** grpc-timeout can only express a deadline for the whole call. */
  get leftMs(): number {
    return this.#limitsWholeCall ? this.#timer.leftMs : Number.POSITIVE_INFINITY;
  }

  /** Whether the server, which counts all time, may have ended the call because of its deadline. */
  get isDueOnServer(): boolean {
    if (this.#timeoutMs === null || !this.#limitsWholeCall) return false;
    return monotonicMs() > this.#startMs + this.#timeoutMs - EARLY_MS;
  }

  /** Whether the call has a timeout. */
  get isLimited(): boolean {
    return this.#timeoutMs !== null;
  }

  get isDone(): boolean {
    return this.#done !== undefined;
  }

  get reason(): unknown {
    return this.#done?.reason;
  }

  /** Whether the context is done because of its timeout. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  /** Whether the caller has aborted the call while it was waiting for its first response, of which nothing was reported. */
  get wasAbortedUnanswered(): boolean {
    if (this.hasResponse || this.isReported || this.#callerSignal?.aborted !== true) return false;
    return monotonicMs() > this.#startMs + UNANSWERED_MS;
  }

  /** Aborts with the context's reason. Created on first use: creating one takes longer than sending a request. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = abortController();
      if (this.#done !== undefined) this.#controller.abort(this.#done.reason);
    }
    return this.#controller.signal;
  }

  onDone(listener: () => void): () => void {
    if (this.#done !== undefined) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops the timer while the consumer handles a response, if the timeout is for each response. */
  pause(): void {
    if (!this.#limitsWholeCall) this.#timer.stop();
  }

  /** Restarts the timer for the next response, if the timeout is for each response. */
  resume(): void {
    if (!this.#limitsWholeCall) this.#timer = this.#startTimer();
  }

  /** Must be called when the call is over: frees the timer and the listeners. */
  release(): void {
    this.#timer.stop();
    this.#unsubscribeFromClient();
    this.#callerSignal?.removeEventListener('abort', this.#onAbort);
  }

  #startTimer(): Timer {
    return startTimer(this.#timeoutMs, () => {
      if (this.#done !== undefined) return;
      this.#hasExpired = true;
      this.#finish(deadlineExceeded({ reasons: [] }));
    });
  }

  #finish(reason: unknown): void {
    if (this.#done !== undefined) return;
    this.#done = { reason };
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** `null`: no timeout. */
function timeoutOf(call: StreamOptions | undefined, defaultTimeoutMs: number | null): number | null {
  const timeoutMs = call?.timeoutMs === undefined ? defaultTimeoutMs : call.timeoutMs;
  if (call?.maxTimeoutMs === undefined) return timeoutMs;
  return Math.min(call.maxTimeoutMs, timeoutMs ?? call.maxTimeoutMs);
}

type Timer = Pick<Countdown, 'leftMs' | 'stop'>;

/** The timer, even without a timeout, keeps the process alive: while a call waits for a connection, nothing else may do so. */
function startTimer(timeoutMs: number | null, expire: () => void): Timer {
  if (timeoutMs !== null) return new Countdown(timeoutMs, expire);
  const timer = setInterval(() => {}, MAX_TIMER_MS);
  return { leftMs: Number.POSITIVE_INFINITY, stop: () => clearInterval(timer) };
}
