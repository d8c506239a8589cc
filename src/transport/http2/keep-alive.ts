import { monotonicMs } from '../../runtime/monotonic-clock.js';
export interface KeepAliveOptions {
  /** Time without received data after which a PING is sent. */
  readonly timeMs: number;
  /** Time within which the peer must send anything after the PING. */
  readonly timeoutMs: number;
}

export interface KeepAliveActions {
  /** Pings are sent only while requests are waiting for the peer. */
  readonly hasRequests: () => boolean;
  readonly ping: () => void;
  readonly fail: () => void;
}

/** Detects a peer that no longer responds, by PING frames. Its timers do not keep the process alive. */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #actions: KeepAliveActions;
  #lastActivityMs = monotonicMs();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeepAliveOptions, actions: KeepAliveActions) {
    this.#options = options;
    this.#actions = actions;
    this.#scheduleCheck(options.timeMs);
  }

  /** Must be called whenever data is received. */
  recordActivity(): void {
    this.#lastActivityMs = monotonicMs();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #scheduleCheck(afterMs: number): void {
    this.#timer = setTimeout(() => this.#check(), afterMs).unref();
  }

  #check(): void {
    const { timeMs } = this.#options;
    const silentMs = monotonicMs() - this.#lastActivityMs;
    if (!this.#actions.hasRequests()) this.#scheduleCheck(timeMs);
    else if (silentMs < timeMs) this.#scheduleCheck(timeMs - silentMs);
    else this.#ping();
  }

  #ping(): void {
    const { timeMs, timeoutMs } = this.#options;
    const pingMs = monotonicMs();
    this.#actions.ping();
    this.#timer = setTimeout(() => {
      if (this.#lastActivityMs < pingMs) this.#actions.fail();
      else this.#scheduleCheck(timeMs);
    }, timeoutMs).unref();
  }
}
