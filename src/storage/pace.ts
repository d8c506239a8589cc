/** How a long piece of work stays interruptible and says how far it is. */
export interface PaceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called a few times a second at most. What is counted is the caller's to know: bytes, mostly. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const SLICE_MS = 40;

/**
 * Work on files is synchronous; between two slices of it, the event loop gets a turn so that signals arrive and a
 * spinner moves. `if (pace.isDue(bytes)) await pace.rest()` costs next to nothing when it is not due.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #total: number;
  #done = 0;
  /** Due at once: an abort that came before, and the first progress, are not to wait. */
  #sliceEndMs = 0;

  constructor(total: number, options: PaceOptions = {}) {
    this.#total = total;
    this.#options = options;
  }

  /** Counts the work done since the last call; says whether to rest. */
  isDue(doneSince: number): boolean {
    this.#done += doneSince;
    return performance.now() >= this.#sliceEndMs;
  }

  /** Throws the signal's reason when it has been aborted. */
  async rest(): Promise<void> {
    this.#options.onProgress?.(Math.min(this.#done, this.#total), this.#total);
    await new Promise((resolve) => setImmediate(resolve));
    this.#options.signal?.throwIfAborted();
    this.#sliceEndMs = performance.now() + SLICE_MS;
  }
}
