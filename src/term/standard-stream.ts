import type { Writable } from 'node:stream';

/** This much is written to the descriptor itself: what a pipe takes at once. */
const DIRECT_BYTES = 64 * 1024;

/** Writes to the descriptor, as `fs.writeSync`: gives the number of bytes that it took, or throws. */
export type WriteNow = (bytes: Uint8Array) => number;

/**
 * stdout or stderr. Most commands write little, and making the runtime's stream object takes them longer than all of their
 * writing: so the first bytes go to the descriptor itself, and the object is made for those who write more, and where the
 * descriptor does not take the bytes at once.
 */
export class StandardStream {
  readonly #open: () => Writable;
  readonly #writeNow: WriteNow | undefined;
  #stream: Writable | undefined;
  #directBytes = DIRECT_BYTES;
  #onError: (error: NodeJS.ErrnoException) => void = () => {};

  /** @param writeNow without it, everything goes through the stream */
  constructor(open: () => Writable, writeNow?: WriteNow) {
    this.#open = open;
    this.#writeNow = writeNow;
  }

  /** One listener, to be set before anything is written; told of each failure. */
  set onError(listener: (error: NodeJS.ErrnoException) => void) {
    this.#onError = listener;
  }

  /** False: take a rest until `drained`. */
  write(chunk: string | Uint8Array): boolean {
    const rest = this.#direct(chunk);
    return rest.length === 0 || this.#opened().write(rest);
  }

  /** Settles when the stream takes more, or nothing at all any more. */
  drained(): Promise<void> {
    const stream = this.#opened();
    return new Promise((resolve) => {
      const settle = () => {
        for (const event of ['drain', 'error', 'close']) stream.off(event, settle);
        resolve();
      };
      for (const event of ['drain', 'error', 'close']) stream.on(event, settle);
    });
  }

  /** Settles when all of it has left the process, or nobody takes it any more. */
  async written(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined || stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      stream.write('', () => resolve());
    });
  }

  /** What is left for the stream. */
  #direct(chunk: string | Uint8Array): string | Uint8Array {
    if (this.#stream !== undefined || this.#writeNow === undefined) return chunk;
    if (chunk.length > this.#directBytes) return chunk;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    if (bytes.length > this.#directBytes) return bytes;
    this.#directBytes -= bytes.length;
    try {
      return bytes.subarray(this.#writeNow(bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return bytes;
      this.#onError(error as NodeJS.ErrnoException);
      return '';
    }
  }

  #opened(): Writable {
    if (this.#stream === undefined) {
      this.#stream = this.#open();
      this.#stream.on('error', (error: NodeJS.ErrnoException) => this.#onError(error));
    }
    return this.#stream;
  }
}
