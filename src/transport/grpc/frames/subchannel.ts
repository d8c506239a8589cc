import { abortController, sleep } from '../../../model/abort-signal.js';
import { UsageError } from '../../../model/errors.js';
import { Http2Connection } from '../../http2/connection.js';
import type { KeepAliveOptions } from '../../http2/keep-alive.js';
import { type DialTarget, dial } from '../../socket/dial.js';
import { FLOW_CONTROL_WINDOW_BYTES } from '../settings.js';

/** Pauses between the beginnings of attempts (grpc-go backoff.DefaultConfig). */
const INITIAL_BACKOFF_MS = 1000;
const PAUSE_GROWTH = 1.6;
const MAX_BACKOFF_MS = 120_000;
const PAUSE_JITTER = 0.2;

/** How long one attempt may take (grpc-go dialoptions.go `minConnectTimeout`). */
const ATTEMPT_MS = 20_000;

/**
 * The HTTP/2 connection to one place. It is made when somebody waits for it, and made anew, with growing pauses, as long as somebody
 * does.
 */
export class Subchannel {
  readonly #destination: DialTarget;
  readonly #keepAlive: KeepAliveOptions | undefined;
  readonly #closing = abortController();
  readonly #watchers = new Set<() => void>();
  #isTrying = false;
  #current: Http2Connection | undefined;
  #failure: Error | undefined;
  /** What no further attempt can change. */
  #obstacle: UsageError | undefined;
  #failedAttempts = 0;
  #nextAttemptMs = 0;

  constructor(destination: DialTarget, keepAlive: KeepAliveOptions | undefined) {
    this.#destination = destination;
    this.#keepAlive = keepAlive;
  }

  /** For requests; nothing while there is none. */
  get current(): Http2Connection | undefined {
    return this.#current;
  }

  /** Why the latest attempt failed; nothing when it succeeded, or is still the first. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Rejects with the signal's reason, or with a `UsageError` when no attempt can succeed. */
  whenReady(signal: AbortSignal): Promise<void> {
    return this.#until(() => this.#current !== undefined, signal);
  }

  /** Settles when an attempt has failed; rejects with the signal's reason. */
  whenRefused(signal: AbortSignal): Promise<void> {
    return this.#until(() => this.#failure !== undefined, signal);
  }

  close(): void {
    this.#closing.abort(new Error('the connection was closed'));
  }

  #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (condition()) return resolve();
      if (this.#obstacle !== undefined) return reject(this.#obstacle);
      const stop = () => {
        this.#watchers.delete(watch);
        signal.removeEventListener('abort', abort);
      };
      const watch = () => {
        if (this.#obstacle === undefined && !condition()) return;
        stop();
        if (this.#obstacle === undefined) resolve();
        else reject(this.#obstacle);
      };
      const abort = () => {
        stop();
        reject(signal.reason);
      };
      this.#watchers.add(watch);
      signal.addEventListener('abort', abort, { once: true });
      if (!this.#isTrying) void this.#try();
    });
  }

  async #try(): Promise<void> {
    this.#isTrying = true;
    while (this.#watchers.size > 0 && this.#current === undefined && !this.#closing.signal.aborted) {
      const pauseMs = this.#nextAttemptMs - performance.now();
      // Afterwards nobody may wait any more.
      if (pauseMs > 0) await sleep(pauseMs, this.#closing.signal).catch(() => {});
      else await this.#attempt();
    }
    this.#isTrying = false;
  }

  async #attempt(): Promise<void> {
    const startMs = performance.now();
    const end = abortController();
    const close = () => end.abort(this.#closing.signal.reason);
    const forget = () => this.#closing.signal.removeEventListener('abort', close);
    const timer = setTimeout(() => end.abort(new Error('ETIMEDOUT')), ATTEMPT_MS);
    if (this.#closing.signal.aborted) close();
    this.#closing.signal.addEventListener('abort', close, { once: true });
    try {
      await this.#establish(end.signal, forget);
      this.#failure = undefined;
      this.#failedAttempts = 0;
    } catch (error) {
      forget();
      this.#failure = error as Error;
      if (error instanceof UsageError) this.#obstacle = error;
      this.#nextAttemptMs = startMs + pauseAfter(this.#failedAttempts++);
    }
    clearTimeout(timer);
    for (const watch of this.#watchers) watch();
  }

  /**
   * Settles when requests can be made.
   * @param onClosed is called when the connection ends, if it comes about
   */
  async #establish(signal: AbortSignal, onClosed: () => void): Promise<void> {
    const socket = await dial(this.#destination, signal);
    let obstacle: Error | undefined;
    await new Promise<void>((resolve, reject) => {
      const connection = new Http2Connection(socket, {
        windowBytes: FLOW_CONTROL_WINDOW_BYTES,
        ...(this.#keepAlive && { keepAlive: this.#keepAlive }),
        onReady: () => {
          this.#current = connection;
          resolve();
        },
        onUnusable: (reason) => {
          if (this.#current === connection) this.#current = undefined;
          obstacle = reason;
          reject(reason);
        },
        onClosed,
      });
    });
    // It may have been said in one breath.
    if (obstacle !== undefined) throw obstacle;
  }
}

function pauseAfter(failedAttempts: number): number {
  const pauseMs = Math.min(INITIAL_BACKOFF_MS * PAUSE_GROWTH ** failedAttempts, MAX_BACKOFF_MS);
  return pauseMs * (1 + PAUSE_JITTER * (2 * Math.random() - 1));
}
