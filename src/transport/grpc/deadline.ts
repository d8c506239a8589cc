import { setMaxListeners } from 'node:events';
import { ServerError } from '../../model/errors.js';

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

/** Never settles but by the signal. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
