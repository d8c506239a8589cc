export interface KeepAliveOptions {
  /** Silence after which the peer is asked whether it is there. */
  readonly timeMs: number;
  /** Time it has to say anything. */
  readonly timeoutMs: number;
}

export interface KeepAliveActions {
  /** Whether somebody waits for the peer: else its silence means nothing. */
  readonly isWaiting: () => boolean;
  readonly ping: () => void;
  readonly fail: () => void;
}

/** Notices a peer that is gone without a word. Keeps no process alive. */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #actions: KeepAliveActions;
  #lastHeardMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeepAliveOptions, actions: KeepAliveActions) {
    this.#options = options;
    this.#actions = actions;
    this.#watch(options.timeMs);
  }

  /** To be called whenever something comes from the peer. */
  heard(): void {
    this.#lastHeardMs = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #watch(afterMs: number): void {
    this.#timer = setTimeout(() => this.#check(), afterMs).unref();
  }

  #check(): void {
    const { timeMs } = this.#options;
    const silentMs = performance.now() - this.#lastHeardMs;
    if (!this.#actions.isWaiting()) this.#watch(timeMs);
    else if (silentMs < timeMs) this.#watch(timeMs - silentMs);
    else this.#ask();
  }

  #ask(): void {
    const { timeMs, timeoutMs } = this.#options;
    const askedMs = performance.now();
    this.#actions.ping();
    this.#timer = setTimeout(() => {
      if (this.#lastHeardMs < askedMs) this.#actions.fail();
      else this.#watch(timeMs);
    }, timeoutMs).unref();
  }
}
