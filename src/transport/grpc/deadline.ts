import { setMaxListeners } from 'node:events';
import { ServerError } from '../../model/errors.js';
import type { StreamOptions } from '../../model/services.js';
import type { CallFailure } from './status.js';

/** setTimeout takes no more milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ends one call by its own deadline, by the caller's signal or by the client's end, whichever comes first. */
export class CallLimit {
  /** Milliseconds since 1970, or Infinity; servers are told. */
  readonly deadline: number;
  /** What the latest attempt failed with, when another one was made: it explains a deadline. */
  lastFailure?: CallFailure;
  readonly #timeoutMs: number | null;
  readonly #isWhole: boolean;
  readonly #sources: readonly AbortSignal[];
  readonly #listeners = new Set<() => void>();
  readonly #follow = () => this.#end(this.#sources.find(({ aborted }) => aborted)?.reason);
  #stopTimer: () => void;
  #ending: { readonly reason: unknown } | undefined;
  #hasExpired = false;
  #controller: AbortController | undefined;

  /** @param defaultMs applies where the call states no limit; `null`: none */
  constructor(call: StreamOptions | undefined, defaultMs: number | null, clientSignal: AbortSignal) {
    this.#timeoutMs = call?.timeoutMs === undefined ? defaultMs : call.timeoutMs;
    this.#isWhole = !call?.limitsEachResponse;
    // Servers can only be told of a limit for the whole call.
    const isTold = this.#timeoutMs !== null && this.#isWhole;
    this.deadline = isTold ? Date.now() + (this.#timeoutMs ?? 0) : Number.POSITIVE_INFINITY;
    this.#sources = call?.signal ? [clientSignal, call.signal] : [clientSignal];
    this.#stopTimer = this.#startTimer();
    for (const source of this.#sources) {
      if (source.aborted) this.#follow();
      else source.addEventListener('abort', this.#follow, { once: true });
    }
  }

  get isOver(): boolean {
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

  /** The consumer has a response to deal with: that time does not count where the limit is for each response. */
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
    for (const source of this.#sources) source.removeEventListener('abort', this.#follow);
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
      ? setInterval(() => {}, LONGEST_TIMER_MS)
      : setTimeout(expire, Math.min(timeoutMs, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}

/** What Go's context package says; scripts look for it. */
export function deadlineExceeded(reasons: readonly string[], cause?: unknown): ServerError {
  return new ServerError('context deadline exceeded', 'DeadlineExceeded', { reasons, cause });
}

/** For a signal with many listeners at a time: Node.js warns of more than ten. */
export function abortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Settles after the milliseconds, or rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const finish = () => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}
