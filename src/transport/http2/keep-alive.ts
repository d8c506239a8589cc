export interface KeepAliveOptions {
  /** Silence after which the peer is asked whether it is there. */
  readonly timeMs: number;
  /** Time it has to say anything. */
  readonly timeoutMs: number;
}

export interface KeepAliveActions {
  /** Whether somebody waits for the peer: else its silence means nothing. */
  readonly hasRequests: () => boolean;
  readonly ping: () => void;
  readonly fail: () => void;
}

/** Notices a peer that is gone without a word. Keeps no process alive. */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #actions: KeepAliveActions;
  #lastActivityMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeepAliveOptions, actions: KeepAliveActions) {
    this.#options = options;
    this.#actions = actions;
    this.#scheduleCheck(options.timeMs);
  }

  /** To be called whenever something comes from the peer. */
  recordActivity(): void {
    this.#lastActivityMs = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #scheduleCheck(afterMs: number): void {
    this.#timer = setTimeout(() => this.#check(), afterMs).unref();
  }

  #check(): void {
    const { timeMs } = this.#options;
    const silentMs = performance.now() - this.#lastActivityMs;
    if (!this.#actions.hasRequests()) this.#scheduleCheck(timeMs);
    else if (silentMs < timeMs) this.#scheduleCheck(timeMs - silentMs);
    else this.#ping();
  }

  #ping(): void {
    const { timeMs, timeoutMs } = this.#options;
    const pingMs = performance.now();
    this.#actions.ping();
    this.#timer = setTimeout(() => {
      if (this.#lastActivityMs < pingMs) this.#actions.fail();
      else this.#scheduleCheck(timeMs);
    }, timeoutMs).unref();
  }
}
