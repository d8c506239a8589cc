import { closeSync, constants, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { sleep } from '../model/abort-signal.js';
import { UsageError } from '../model/errors.js';
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
  #taker: string | undefined;

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
    return (await this.lineUnlessEnded()) ?? '';
  }

  /** The same; `undefined` when there are no more bytes. */
  async lineUnlessEnded(): Promise<string | undefined> {
    const pieces: Uint8Array[] = [];
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      const end = chunk.indexOf(NEWLINE);
      pieces.push(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0) {
        this.#rest = chunk.subarray(end + 1);
        break;
      }
    }
    return pieces.length === 0 ? undefined : Buffer.concat(pieces).toString('utf8').replace(/\r$/, '');
  }

  /**
   * Discards the lines that were typed on the terminal until now: they are no answers to a question that is asked after them. What
   * stands on a line without its end is kept.
   */
  discardTypedAhead(): void {
    this.#rest = new Uint8Array(0);
    discardTerminalQueue();
    const stream = this.#stream;
    if (stream !== undefined) while (stream.read() !== null);
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

  /**
   * All bytes of the input, at least one more than `maxBytes` if it has more; from a terminal, a line without echo. Other readers of
   * input that is not a terminal then reject with a `UsageError`, which names the flag for which it was read.
   */
  async takeAll(flag: string, maxBytes: number, interrupted: () => Error): Promise<Uint8Array> {
    if (this.#opened().isTTY) return Buffer.from(await this.hiddenLine(interrupted));
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
    this.#taker = flag;
    return Buffer.concat(chunks);
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
    if (this.#taker !== undefined) {
      throw new UsageError(`${this.#taker} reads standard input: nothing else can be read from it`, 'flag');
    }
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

/** Reads the lines in the queue of the controlling terminal, and does not wait for more. */
function discardTerminalQueue(): void {
  let terminal: number | undefined;
  try {
    terminal = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const line = new Uint8Array(4096);
    while (readSync(terminal, line) > 0);
  } catch {
    // EAGAIN: the queue is empty. Others: there is no terminal, or it has hung up.
  } finally {
    if (terminal !== undefined) closeSync(terminal);
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
  const onAbort = () => interrupt();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      // A promise for each item: a race with one promise for the abort would keep all items in memory.
      const next = await new Promise<IteratorResult<Item>>((resolve, reject) => {
        interrupt = () => reject(signal.reason);
        if (signal.aborted) interrupt();
        else items.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
