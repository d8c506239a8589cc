import { constants, openSync, writeSync } from 'node:fs';
import type { Screen } from './progress.js';

/** The terminal of stderr. */
export class TerminalScreen implements Screen {
  readonly #openStderr: () => NodeJS.WriteStream;
  #stderr: NodeJS.WriteStream | undefined;
  #descriptor: number | undefined;

  /** @param openStderr the runtime's own stream, which hears of a new size; not opened before the size matters */
  constructor(openStderr: () => NodeJS.WriteStream) {
    this.#openStderr = openStderr;
  }

  get columns(): number {
    if (this.#stderr === undefined) {
      this.#stderr = this.#openStderr();
      // A terminal that has gone away cannot tell its size.
      this.#stderr.on('error', () => undefined);
    }
    return this.#stderr.columns || 0;
  }

  draw(text: string): void {
    this.#descriptor ??= nonBlockingStderr();
    try {
      writeSync(this.#descriptor, text);
    } catch {
      // Nobody reads the terminal now, or it has gone away: then nobody misses the line either.
    }
  }
}

/**
 * The terminal opened once more, so that a write to it never waits, which no signal could end: a terminal can be stopped (Ctrl-S), or
 * its other side may not be read. Where the system has no such way, stderr itself.
 */
function nonBlockingStderr(): number {
  try {
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return 2;
  }
}
