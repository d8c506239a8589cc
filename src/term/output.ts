import { bytesFromText } from '../go/bytes.js';
import type { StandardStream } from './standard-stream.js';
import { ControlEscaper, escapeControls } from './terminal-text.js';

/** Small writes are joined up to this size, because each system call costs more than the copy. */
const BLOCK_BYTES = 64 * 1024;

/** The last line on the terminal of stderr, which is redrawn, such as a progress line. */
export interface StatusLine {
  /** Draws the line, over its previous text. */
  draw(): void;
  /** Moves the cursor to a new line. */
  end(): void;
}

/**
 * The two output streams of the program. Bytes for stdout are buffered in blocks. Text for stderr is written immediately, after the
 * buffered bytes. When a write to stdout fails, `onBroken` is called once and the rest is discarded.
 *
 * Control characters in data are escaped on a terminal, and only there, so that data cannot control the terminal.
 */
export class Output {
  readonly #stdout: StandardStream;
  readonly #stderr: StandardStream;
  readonly #escaper = new ControlEscaper();
  #block = Buffer.allocUnsafe(0);
  #used = 0;
  #isBroken = false;
  #needsDrain = false;
  #status: StatusLine | undefined;
  readonly #reasons = new Set<string>();

  /** @param onBroken called for stdout only; an error of stderr cannot be reported */
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

  /** A write to stdout has failed: what was written since may be lost. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Writes to stdout. The caller may reuse a short chunk after this returns, but not one of 64 KiB or more.
   * @param colour applied to the text after control characters were escaped
   */
  out(chunk: string | Uint8Array, colour?: (shown: string) => string): void {
    if (this.#isBroken || chunk.length === 0) return;
    if (colour !== undefined) {
      this.#outColoured(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'), colour);
      return;
    }
    // A UTF-16 code unit takes at most three bytes in UTF-8.
    const sizeBytes = typeof chunk === 'string' ? chunk.length * 3 : chunk.length;
    if (this.#used + sizeBytes > this.#block.length) this.#flushBlock();
    if (sizeBytes >= BLOCK_BYTES) {
      this.#write(chunk);
      return;
    }
    if (this.#block.length === 0) this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    if (typeof chunk === 'string') this.#used += this.#block.write(chunk, this.#used, 'utf8');
    else {
      this.#block.set(chunk, this.#used);
      this.#used += chunk.length;
    }
  }

  #outColoured(text: string, colour: (shown: string) => string): void {
    this.#flushBlock();
    if (this.#isBroken) return;
    this.endStatus();
    if (!this.#stdout.write(colour(this.#stdout.isTerminal ? escapeControls(text) : text))) {
      this.#needsDrain = true;
    }
  }

  /**
   * Writes to stderr.
   * @param colour applied to the text after control characters were escaped
   */
  err(text: string, colour = (shown: string) => shown): void {
    this.#flushBlock();
    this.endStatus();
    const shown = this.#stderr.isTerminal ? escapeControls(text) : text;
    this.#stderr.write(bytesFromText(colour(shown)));
  }

  /** Writes lines to stderr that explain a failure. A line that was written before is left out. */
  reasons(lines: readonly string[], colour?: (shown: string) => string): void {
    for (const line of lines) {
      if (this.#reasons.has(line)) continue;
      this.#reasons.add(line);
      this.err(line, colour);
      this.err('\n');
    }
  }

  /** Draws the line below all other output. The next write to the terminal ends it, so that the two never share a line. */
  showStatus(line: StatusLine): void {
    this.#flushBlock();
    this.#status = line;
    line.draw();
  }

  endStatus(): void {
    this.#status?.end();
    this.#status = undefined;
  }

  /** Writes the buffer. Settles when stdout can take more. */
  async flush(): Promise<void> {
    this.#flushBlock();
    if (!this.#needsDrain || this.#isBroken) return;
    await this.#stdout.drained();
    this.#needsDrain = false;
  }

  /** Settles when everything was written or the streams have failed. What is not written when the process ends is lost. */
  async end(): Promise<void> {
    this.#flushBlock();
    this.endStatus();
    const rest = this.#escaper.end();
    if (rest !== '' && !this.#isBroken) this.#stdout.write(rest);
    await Promise.all([this.#stdout.drained(), this.#stderr.drained()]);
  }

  #flushBlock(): void {
    if (this.#used === 0) return;
    const block = this.#block.subarray(0, this.#used);
    this.#used = 0;
    if (!this.#write(block)) this.#block = Buffer.allocUnsafe(0);
  }

  /** Returns whether nothing uses the chunk any more. */
  #write(chunk: string | Uint8Array): boolean {
    if (this.#isBroken) return true;
    const bytes = this.#stdout.isTerminal ? this.#escaped(chunk) : chunk;
    if (bytes.length === 0 || this.#stdout.write(bytes)) return true;
    this.#needsDrain = true;
    return false;
  }

  #escaped(chunk: string | Uint8Array): string {
    this.endStatus();
    return this.#escaper.next(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk);
  }
}
