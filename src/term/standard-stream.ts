/** Writes to the descriptor like `fs.writeSync`: returns the number of bytes written, or throws. */
export type WriteSync = (bytes: Uint8Array) => number;

/** The time between attempts to write to a descriptor that has returned EAGAIN. */
const RETRY_MS = 2;

/**
 * stdout or stderr, written to its file descriptor directly: creating the stream object of Node.js takes longer than all writes of a
 * typical run, and Bun's stream object loses pending data when the process ends. Writes to pipes and terminals block, as with
 * Node.js's object and in Go. A descriptor that another process has set to non-blocking can take a part of the bytes; the rest is buffered
 * and written later.
 */
export class StandardStream {
  readonly #writeSync: WriteSync;
  readonly #checkTerminal: () => boolean;
  #isTerminal: boolean | undefined;
  #pending: Uint8Array[] = [];
  #waiting: (() => void)[] = [];
  #onError: (error: NodeJS.ErrnoException) => void = () => {};

  /** @param isTerminal called at most once, when it is first needed */
  constructor(writeSync: WriteSync, isTerminal = () => false) {
    this.#writeSync = writeSync;
    this.#checkTerminal = isTerminal;
  }

  get isTerminal(): boolean {
    this.#isTerminal ??= this.#checkTerminal();
    return this.#isTerminal;
  }

  /** A single listener, called for each failed write. Set it before the first write. */
  set onError(listener: (error: NodeJS.ErrnoException) => void) {
    this.#onError = listener;
  }

  /** False when the chunk is buffered: it must not change until `drained`, which has to be awaited before the next write. */
  write(chunk: string | Uint8Array): boolean {
    this.#pending.push(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk);
    return this.#pending.length === 1 ? this.#writePending() : false;
  }

  /** Settles when everything is written, or a write has failed. */
  async drained(): Promise<void> {
    if (this.#pending.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #writePending(): boolean {
    try {
      for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
        const written = this.#writeSync(next);
        if (written < next.length) this.#pending[0] = next.subarray(written);
        else this.#pending.shift();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        setTimeout(() => this.#writePending(), RETRY_MS);
        return false;
      }
      this.#pending = [];
      this.#onError(error as NodeJS.ErrnoException);
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
    return true;
  }
}
