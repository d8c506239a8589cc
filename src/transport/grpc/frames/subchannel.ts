import { abortController, sleep } from '../../../model/abort-signal.js';
import { UsageError } from '../../../model/errors.js';
import { monotonicMs } from '../../../runtime/monotonic-clock.js';
import { Http2Connection } from '../../http2/connection.js';
import type { KeepAliveOptions } from '../../http2/keep-alive.js';
import { type ConnectStage, ConnectTimeoutError } from '../../socket/connect-stage.js';
import { type DialOptions, dial } from '../../socket/dial.js';
import { CONNECT_TIMEOUT_MS, FLOW_CONTROL_WINDOW_BYTES } from '../settings.js';

/** Delays between the starts of attempts to connect (grpc-go backoff.DefaultConfig). */
const INITIAL_BACKOFF_MS = 1000;
const BACKOFF_MULTIPLIER = 1.6;
const MAX_BACKOFF_MS = 120_000;
const BACKOFF_JITTER = 0.2;

/**
 * The HTTP/2 connection to one address. It is opened on demand, and reopened with exponential backoff, as long as a `whenReady` or
 * `whenAttempted` is pending.
 */
export class Subchannel {
  readonly #dialOptions: DialOptions;
  readonly #keepAlive: KeepAliveOptions | undefined;
  readonly #closing = abortController();
  readonly #waiters = new Set<() => void>();
  #isConnecting = false;
  /** The latest attempt is that of `startConnecting`, and nobody has waited since. */
  #isEarlyAttempt = false;
  #current: Http2Connection | undefined;
  #failure: Error | undefined;
  #goAway: Error | undefined;
  #stage: ConnectStage = 'address';
  /** An error that no further attempt can avoid. */
  #fatalError: UsageError | undefined;
  #failedAttempts = 0;
  #nextAttemptMs = 0;

  constructor(dialOptions: DialOptions, keepAlive: KeepAliveOptions | undefined) {
    this.#dialOptions = dialOptions;
    this.#keepAlive = keepAlive;
  }

  /** The connection that takes new requests; `undefined` while there is none. */
  get current(): Http2Connection | undefined {
    return this.#current;
  }

  /** Why the latest attempt failed; `undefined` when it succeeded or none has finished. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The GOAWAY that has ended the latest connection; `undefined` when another attempt has begun. */
  get goAway(): Error | undefined {
    return this.#goAway;
  }

  /** What the present attempt waits for. */
  get stage(): ConnectStage {
    return this.#stage;
  }

  /** Resolves when there is a connection. Rejects with the signal's reason, or with a `UsageError` when no attempt can succeed. */
  whenReady(signal: AbortSignal): Promise<void> {
    this.#forgetEarlyAttempt();
    return this.#until(() => this.#current !== undefined, signal);
  }

  /** Resolves when there is a connection or the latest attempt has failed. Rejects like `whenReady`. */
  whenAttempted(signal: AbortSignal): Promise<void> {
    this.#forgetEarlyAttempt();
    return this.#until(() => this.#current !== undefined || this.#failure !== undefined, signal);
  }

  /** Makes one attempt, which nobody awaits. When it has failed and its backoff is over, the first to wait makes another one. */
  startConnecting(): void {
    this.whenAttempted(this.#closing.signal).catch(() => {});
    this.#isEarlyAttempt = true;
  }

  close(): void {
    this.#closing.abort(new Error('the connection was closed'));
  }

  /** Its failure is stale when its backoff is over. */
  #forgetEarlyAttempt(): void {
    if (this.#isEarlyAttempt && monotonicMs() >= this.#nextAttemptMs) this.#failure = undefined;
    this.#isEarlyAttempt = false;
  }

  #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (condition()) return resolve();
      if (this.#fatalError !== undefined) return reject(this.#fatalError);
      const unsubscribe = () => {
        this.#waiters.delete(check);
        signal.removeEventListener('abort', abort);
      };
      const check = () => {
        if (this.#fatalError === undefined && !condition()) return;
        unsubscribe();
        if (this.#fatalError === undefined) resolve();
        else reject(this.#fatalError);
      };
      const abort = () => {
        unsubscribe();
        reject(signal.reason);
      };
      this.#waiters.add(check);
      signal.addEventListener('abort', abort, { once: true });
      if (!this.#isConnecting) void this.#connectWhileAwaited();
    });
  }

  async #connectWhileAwaited(): Promise<void> {
    this.#isConnecting = true;
    while (this.#waiters.size > 0 && this.#current === undefined && !this.#closing.signal.aborted) {
      const waitMs = this.#nextAttemptMs - monotonicMs();
      // The loop condition is checked again after the delay: there may be no waiters left.
      if (waitMs > 0) await sleep(waitMs, this.#closing.signal).catch(() => {});
      else await this.#attempt();
    }
    this.#isConnecting = false;
  }

  async #attempt(): Promise<void> {
    const startMs = monotonicMs();
    const end = abortController();
    const abort = () => end.abort(this.#closing.signal.reason);
    const unsubscribe = () => this.#closing.signal.removeEventListener('abort', abort);
    const timer = setTimeout(() => end.abort(new ConnectTimeoutError(this.#stage)), CONNECT_TIMEOUT_MS);
    if (this.#closing.signal.aborted) abort();
    this.#closing.signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#establish(end.signal, unsubscribe);
      this.#failure = undefined;
      this.#failedAttempts = 0;
    } catch (error) {
      unsubscribe();
      this.#failure = error as Error;
      if (error instanceof UsageError) this.#fatalError = error;
      this.#nextAttemptMs = startMs + connectBackoffMs(this.#failedAttempts++);
    }
    clearTimeout(timer);
    for (const check of this.#waiters) check();
  }

  /**
   * Resolves when requests can be made.
   * @param onClosed called when the connection, once open, has been closed
   */
  async #establish(signal: AbortSignal, onClosed: () => void): Promise<void> {
    this.#stage = 'address';
    this.#goAway = undefined;
    const onStage = (stage: ConnectStage) => {
      this.#stage = stage;
    };
    const socket = await dial({ ...this.#dialOptions, onStage }, signal);
    let earlyFailure: Error | undefined;
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
          if (isGoAway(reason)) this.#goAway = reason;
          earlyFailure = reason;
          reject(reason);
        },
        onClosed,
      });
    });
    // SETTINGS and GOAWAY can arrive in one chunk.
    if (earlyFailure !== undefined) throw earlyFailure;
  }
}

function isGoAway({ message }: Error): boolean {
  return message.startsWith('the server sent GOAWAY');
}

function connectBackoffMs(failedAttempts: number): number {
  const backoffMs = Math.min(INITIAL_BACKOFF_MS * BACKOFF_MULTIPLIER ** failedAttempts, MAX_BACKOFF_MS);
  return backoffMs * (1 + BACKOFF_JITTER * (2 * Math.random() - 1));
}
