import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { sleep } from '../model/abort-signal.js';
import { HANG_UP_WAIT_MS, mayHaveHungUp } from './terminal.js';

const NEWLINE = 0x0a;

type Terminal = Readable & { readonly isTTY?: boolean; readonly fd?: number };

/**
 * Standard input, shared by all readers: a reader that takes a line leaves the rest of the bytes to the next reader. The stream is
 * opened at the first read, so that a program without input never waits for it.
 */
export class Input {
  readonly #open: () => Terminal;
  #stream: Terminal | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  /** Type-ahead: lines from a terminal after the one that was asked for, for example when several are pasted. */
  readonly #typedAhead: string[] = [];

  constructor(open: () => Terminal) {
    this.#open = open;
  }

  /** Destroys the stream. A stream that was not read to its end would keep the process alive. */
  close(): void {
    this.#stream?.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
  }

  /** The chunks of the input. Rejects with the signal's reason when it aborts, also while it waits for input. */
  abortable(signal: AbortSignal): AsyncIterable<Uint8Array> {
    return { [Symbol.asyncIterator]: () => abortableIterator(this[Symbol.asyncIterator](), signal) };
  }

  /** The bytes up to the next newline or the end, as text without the line ending. */
  async line(): Promise<string> {
    const pieces: Uint8Array[] = [];
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      const end = chunk.indexOf(NEWLINE);
      pieces.push(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0) {
        this.#rest = chunk.subarray(end + 1);
        break;
      }
    }
    return Buffer.concat(pieces).toString('utf8').replace(/\r$/, '');
  }

  /**
   * Reads a line from a terminal without echo. Ctrl-C rejects with the error that `interrupted` returns. Input that is not a terminal is
   * read like `line`.
   */
  async hiddenLine(interrupted: () => Error): Promise<string> {
    const stream = this.#opened();
    if (!stream.isTTY) return this.line();
    const typedLine = this.#typedAhead.shift();
    if (typedLine !== undefined) return typedLine;
    const noEcho = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: stream, output: noEcho, terminal: true, historySize: 0 });
    try {
      return await new Promise<string>((resolve, reject) => {
        lines.once('line', (line) => {
          resolve(line);
          lines.on('line', (next) => this.#typedAhead.push(next));
        });
        lines.once('close', () => resolve(waitForHangUp(stream).then(() => '')));
        lines.once('SIGINT', () => reject(interrupted()));
        // Restoring the echo fails after a hang-up.
        lines.on('error', () => undefined);
      });
    } finally {
      lines.close();
    }
  }

  #opened(): Terminal {
    if (this.#stream === undefined) {
      this.#stream = this.#open();
      // Reads report errors themselves. Without a listener, an error would end the process.
      this.#stream.on('error', () => undefined);
    }
    return this.#stream;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) {
      const left = this.#rest;
      this.#rest = new Uint8Array(0);
      return left;
    }
    this.#chunks ??= this.#opened()[Symbol.asyncIterator]();
    const value = await this.#chunks.next().then(
      (next) => (next.done ? undefined : next.value),
      (error) => {
        // The error of a terminal after a hang-up.
        if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
        return undefined;
      },
    );
    if (value === undefined) await waitForHangUp(this.#opened());
    return value;
  }
}

/** After a hang-up the input ends too, but SIGHUP decides how the process ends: waits for it to arrive. */
async function waitForHangUp({ fd }: Terminal): Promise<void> {
  if (fd !== undefined && mayHaveHungUp(fd)) await sleep(HANG_UP_WAIT_MS);
}

async function* abortableIterator<Item>(
  items: AsyncIterator<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  let interrupt = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    interrupt = () => reject(signal.reason);
  });
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  try {
    for (;;) {
      const next = await Promise.race([aborted, items.next()]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
