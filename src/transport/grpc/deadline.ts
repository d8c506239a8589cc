import { setMaxListeners } from 'node:events';
import { ServerError } from '../../model/errors.js';
import type { StreamOptions } from '../../model/services.js';
import type { CallFailure } from './status.js';

/** setTimeout takes no more milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The end of one call, by its own deadline, by the caller's signal or by the client's end: one abort signal for all three. */
export interface CallLimit {
  /** Its reason is what the call must reject with. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, or Infinity; servers are told. */
  readonly deadline: number;
  /** The signal was aborted by the deadline. */
  readonly hasExpired: boolean;
  /** What the latest attempt failed with, when another one was made: it explains a deadline. */
  lastFailure?: CallFailure;
  /** The consumer has a response to deal with: that time does not count where the limit is for each response. */
  pause(): void;
  /** The next response is waited for. */
  resume(): void;
  /** To be called when the call is over: frees timer and listeners. */
  release(): void;
}

/** @param defaultMs applies where the call states no limit; `null`: none */
export function limitCall(
  call: StreamOptions | undefined,
  defaultMs: number | null,
  clientSignal: AbortSignal,
): CallLimit {
  const timeoutMs = call?.timeoutMs === undefined ? defaultMs : call.timeoutMs;
  const controller = abortController();
  const sources = call?.signal ? [clientSignal, call.signal] : [clientSignal];
  // Made when it is needed: a stack trace for each of many short calls would take longer than the calls.
  let expiry: ServerError | undefined;
  const expire = () => {
    expiry = deadlineExceeded([]);
    controller.abort(expiry);
  };
  const unfollow = sources.map((source) => follow(source, controller));
  const isWhole = !call?.limitsEachResponse;
  const start = () => startTimer(timeoutMs, expire);
  let stop = start();
  return {
    signal: controller.signal,
    // Servers can only be told of a limit for the whole call.
    deadline: timeoutMs === null || !isWhole ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs,
    get hasExpired() {
      return expiry !== undefined && controller.signal.reason === expiry;
    },
    pause() {
      if (!isWhole) stop();
    },
    resume() {
      if (!isWhole) stop = start();
    },
    release() {
      stop();
      for (const unfollowSource of unfollow) unfollowSource();
    },
  };
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

/** Passes an abort on; gives back the way to stop that. */
function follow(source: AbortSignal, controller: AbortController): () => void {
  const abort = () => controller.abort(source.reason);
  if (source.aborted) abort();
  else source.addEventListener('abort', abort, { once: true });
  return () => source.removeEventListener('abort', abort);
}
