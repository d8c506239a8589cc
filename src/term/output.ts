import { bytesFromText } from '../go/bytes.js';
import type { StandardStream } from './standard-stream.js';
import { VisibleBytes, visibleText } from './terminal-text.js';

/** Small writes are joined up to this size, so that a million short lines are not a million system calls. */
const BLOCK_BYTES = 64 * 1024;

/** The last line on the terminal of stderr, which changes for a while, as the one of a progress. */
export interface StatusLine {
  /** Draws it, over what is still there of it. */
  draw(): void;
  /** Puts the cursor on a line of its own. */
  end(): void;
}

/**
 * The two output streams of the program. Bytes for stdout are gathered in blocks; stderr goes out at once, after what
 * was gathered before it. When the reader of stdout goes away, `onBroken` is called once and the rest is dropped.
 *
 * A terminal never gets a control sequence that came from outside: there, and only there, it is shown escaped.
 */
export class Output {
  readonly #stdout: StandardStream;
  readonly #stderr: StandardStream;
  readonly #visible = new VisibleBytes();
  #block = Buffer.allocUnsafe(0);
  #used = 0;
  #isBroken = false;
  #isFull = false;
  #status: StatusLine | undefined;

  /** Nothing can be told to anybody when stderr is gone. */
  constructor(
    stdout: StandardStream,
    stderr: StandardStream,
    onBroken: (error: NodeJS.ErrnoException) => void,
  ) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    stdout.onError = (error) => {
      if (!this.#isBroken) onBroken(error);
      this.#isBroken = true;
    };
  }

  out(chunk: string | Uint8Array): void {
    if (this.#isBroken || chunk.length === 0) return;
    // Three bytes are the most that one UTF-16 unit becomes in UTF-8.
    const sizeBytes = typeof chunk === 'string' ? chunk.length * 3 : chunk.length;
    if (this.#used + sizeBytes > this.#block.length) this.#send();
    if (sizeBytes >= BLOCK_BYTES) {
      this.#write(chunk);
      return;
    }
    if (this.#block.length === 0) this.#block = Buffer.allocUnsafe(BLOCK_BYTES);
    if (typeof chunk === 'string') this.#used += this.#block.write(chunk, this.#used, 'utf8');
    else {
      this.#block.set(chunk, this.#used);
      this.#used += chunk.length;
    }
  }

  /** @param colour what is put around the text when it is safe to be shown */
  err(text: string, colour = (shown: string) => shown): void {
    this.#send();
    this.endStatus();
    const shown = this.#stderr.isTerminal ? visibleText(text) : text;
    this.#stderr.write(bytesFromText(colour(shown)));
  }

  /** Draws the line below everything else; the next write to the terminal ends it, so that nothing ever stands in a line with it. */
  showStatus(line: StatusLine): void {
    this.#send();
    this.#status = line;
    line.draw();
  }

  endStatus(): void {
    this.#status?.end();
    this.#status = undefined;
  }

  /** Settles when the streams can take more. */
  async flush(): Promise<void> {
    this.#send();
    if (!this.#isFull || this.#isBroken) return;
    await this.#stdout.written();
    this.#isFull = false;
  }

  /** Settles when all of it has left the process, or nobody takes it any more: a process that ends loses what has not. */
  async end(): Promise<void> {
    this.#send();
    this.endStatus();
    const rest = this.#visible.end();
    if (rest !== '' && !this.#isBroken) this.#stdout.write(rest);
    await Promise.all([this.#stdout.written(), this.#stderr.written()]);
  }

  #send(): void {
    if (this.#used === 0) return;
    const block = this.#block.subarray(0, this.#used);
    this.#block = Buffer.allocUnsafe(0);
    this.#used = 0;
    this.#write(block);
  }

  #write(chunk: string | Uint8Array): void {
    if (this.#isBroken) return;
    const bytes = this.#stdout.isTerminal ? this.#shown(chunk) : chunk;
    if (bytes.length > 0 && !this.#stdout.write(bytes)) this.#isFull = true;
  }

  #shown(chunk: string | Uint8Array): string {
    this.endStatus();
    return this.#visible.next(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk);
  }
}
