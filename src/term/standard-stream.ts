/** Writes to the descriptor, as `fs.writeSync`: gives the number of bytes that it took, or throws. */
export type WriteNow = (bytes: Uint8Array) => number;

/** How often a descriptor that takes nothing at the moment is asked again. */
const RETRY_MS = 2;

/**
 * stdout or stderr, written to by the descriptor itself: a run writes little, and to make the runtime's stream object takes longer
 * than all of its writing. Pipes and terminals make a writer wait, as they do with Node.js's object and in Go; only a descriptor
 * that somebody has switched to non-blocking takes part of the bytes, and the rest is kept until it takes more. Bun's own object
 * loses what is under way when the process ends.
 */
export class StandardStream {
  readonly #writeNow: WriteNow;
  readonly #askTerminal: () => boolean;
  #isTerminal: boolean | undefined;
  #rest: Uint8Array[] = [];
  #waiting: (() => void)[] = [];
  #onError: (error: NodeJS.ErrnoException) => void = () => {};

  /** @param isTerminal asked when it first matters */
  constructor(writeNow: WriteNow, isTerminal = () => false) {
    this.#writeNow = writeNow;
    this.#askTerminal = isTerminal;
  }

  get isTerminal(): boolean {
    this.#isTerminal ??= this.#askTerminal();
    return this.#isTerminal;
  }

  /** One listener, to be set before anything is written; told of each failure. */
  set onError(listener: (error: NodeJS.ErrnoException) => void) {
    this.#onError = listener;
  }

  /** False: take a rest until `written`. */
  write(chunk: string | Uint8Array): boolean {
    this.#rest.push(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk);
    return this.#rest.length === 1 ? this.#writeRest() : false;
  }

  /** Settles when all of it has left the process, or nobody takes it any more. */
  async written(): Promise<void> {
    if (this.#rest.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #writeRest(): boolean {
    try {
      for (let next = this.#rest[0]; next !== undefined; next = this.#rest[0]) {
        const written = this.#writeNow(next);
        if (written < next.length) this.#rest[0] = next.subarray(written);
        else this.#rest.shift();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        setTimeout(() => this.#writeRest(), RETRY_MS);
        return false;
      }
      this.#rest = [];
      this.#onError(error as NodeJS.ErrnoException);
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
    return true;
  }
}
