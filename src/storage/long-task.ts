import { monotonicMs } from '../runtime/monotonic-clock.js';
import { collectYoungGarbage } from './young-garbage.js';

/** How a long task is cancelled and how it reports progress. */
export interface LongTaskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called each time the task yields. The unit is the task's own: bytes, in most cases. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const SLICE_MS = 20;
const STEPS_PER_CHECK = 1000;

/**
 * Cooperative yielding for long synchronous work on files. After each slice of 20 ms the task yields to the event loop, so that signal
 * handlers run and the progress line is redrawn. `if (task.shouldYield(bytes)) await task.yield()` is cheap between two slices.
 */
export class LongTask {
  readonly #options: LongTaskOptions;
  readonly #total: number;
  #done = 0;
  /** 0: the first `shouldYield` returns true, so that an earlier abort is noticed and the first progress reported at once. */
  #sliceEndMs = 0;

  /** @param total the amount of work, in the same unit as `doneSince` */
  constructor(total: number, options: LongTaskOptions = {}) {
    this.#total = total;
    this.#options = options;
  }

  /** Counts the work done since the last call. True when the time slice is over. */
  shouldYield(doneSince: number): boolean {
    this.#done += doneSince;
    return monotonicMs() >= this.#sliceEndMs;
  }

  /** `shouldYield(1)`, for steps that take less time than reading the clock. */
  shouldYieldAfterStep(): boolean {
    this.#done++;
    return this.#done % STEPS_PER_CHECK === 0 && monotonicMs() >= this.#sliceEndMs;
  }

  /** Counts the work done, and yields when the time slice is over. */
  async pause(doneSince: number): Promise<void> {
    if (this.shouldYield(doneSince)) await this.yield();
  }

  /** Reports progress and lets the event loop run once. Rejects with the signal's reason when it is aborted. */
  async yield(): Promise<void> {
    this.#options.onProgress?.(Math.min(this.#done, this.#total), this.#total);
    await new Promise((resolve) => setImmediate(resolve));
    this.#options.signal?.throwIfAborted();
    collectYoungGarbage();
    this.#sliceEndMs = monotonicMs() + SLICE_MS;
  }
}
