import { setMaxListeners } from 'node:events';

/** A signal that aborts by `abort`, or when one of its source signals aborts. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Removes the listeners from the sources. After that, the signal aborts only by `abort`. */
  release(): void;
}

/** Like `AbortSignal.any`, which some versions of Node.js 20 lack, but with a way to remove the listeners. */
export function linkSignals(...sources: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const links = sources.map((source) => {
    const pass = () => controller.abort(source.reason);
    if (source.aborted) pass();
    else source.addEventListener('abort', pass, { once: true });
    return { source, pass };
  });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release() {
      for (const { source, pass } of links) source.removeEventListener('abort', pass);
    },
  };
}

/** A controller whose signal may have many listeners. */
export function abortController(): AbortController {
  const controller = new AbortController();
  allowManyListeners(controller.signal);
  return controller;
}

/** Without this, Node.js warns about more than ten listeners. */
export function allowManyListeners(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}

/** Rejects with the signal's reason when it aborts, and never settles otherwise. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Settles after the milliseconds; rejects with the signal's reason when it aborts first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const finish = () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    };
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
