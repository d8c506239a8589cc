import { setMaxListeners } from 'node:events';
import { ServerError } from '../../model/errors.js';
import type { CallOptions } from '../../model/services.js';
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
  /** To be called when the call is over: frees timer and listeners. */
  release(): void;
}

/** @param defaultMs applies where the call states no limit; `null`: none */
export function limitCall(
  call: CallOptions | undefined,
  defaultMs: number | null,
  clientSignal: AbortSignal,
): CallLimit {
  const timeoutMs = call?.timeoutMs === undefined ? defaultMs : call.timeoutMs;
  const controller = abortController();
  const sources = call?.signal ? [clientSignal, call.signal] : [clientSignal];
  const expiry = deadlineExceeded([]);
  const unfollow = sources.map((source) => follow(source, controller));
  // The timer keeps the process alive: a call that waits for a connection may have nothing else that does.
  const timer =
    timeoutMs === null
      ? setInterval(() => {}, LONGEST_TIMER_MS)
      : setTimeout(() => controller.abort(expiry), Math.min(timeoutMs, LONGEST_TIMER_MS));
  return {
    signal: controller.signal,
    deadline: timeoutMs === null ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs,
    get hasExpired() {
      return controller.signal.reason === expiry;
    },
    release() {
      clearTimeout(timer);
      for (const stop of unfollow) stop();
    },
  };
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
