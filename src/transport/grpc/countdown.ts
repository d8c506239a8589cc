import { monotonicMs } from '../../runtime/monotonic-clock.js';

/** The time between two looks at the clock. */
const STEP_MS = 100;

/** A timer that fires later than this was late because the process did not run. */
const LATE_MS = 20;

/** The most time that is not counted, as a multiple of the timeout. */
const MAX_UNCOUNTED = 10;

/**
 * Counts a timeout down and then calls `onExpired`, after what has arrived in sockets was read. Time in which the process did not run
 * (because the machine is busy, or the process was stopped) is not counted, up to ten times the timeout: a response that came in time
 * must not be missed because this process was late. Keeps the process alive.
 */
export class Countdown {
  #leftMs: number;
  #uncountedMs: number;
  #stepStartMs = monotonicMs();
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  readonly #onExpired: () => void;

  constructor(timeoutMs: number, onExpired: () => void) {
    this.#leftMs = timeoutMs;
    this.#uncountedMs = MAX_UNCOUNTED * timeoutMs;
    this.#onExpired = onExpired;
    this.#step();
  }

  /** Milliseconds until it expires. */
  get leftMs(): number {
    return this.#leftMs - (monotonicMs() - this.#stepStartMs);
  }

  stop(): void {
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
  }

  #step(): void {
    if (this.#leftMs <= 0) {
      // The phase of the event loop between timers and immediates reads sockets.
      this.#timer = setImmediate(this.#onExpired);
      return;
    }
    const stepMs = Math.min(this.#leftMs, STEP_MS);
    this.#stepStartMs = monotonicMs();
    this.#timer = setTimeout(() => {
      const passedMs = monotonicMs() - this.#stepStartMs;
      const lateMs = passedMs - stepMs;
      const uncountedMs = lateMs > LATE_MS ? Math.min(lateMs, this.#uncountedMs) : 0;
      this.#uncountedMs -= uncountedMs;
      this.#leftMs -= passedMs - uncountedMs;
      this.#stepStartMs = monotonicMs();
      this.#step();
    }, stepMs);
  }
}
