import { constants, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Screen } from './progress.js';

/** Whether the descriptor is a terminal. `node:tty` takes milliseconds to load, so that other files are told apart without it. */
export function isTerminal(descriptor: number): boolean {
  return isDevice(descriptor) && isatty(descriptor);
}

/** That a terminal has gone away can be seen before the signal that tells of it arrives. */
export const HANG_UP_MS = 200;

/** Whether the descriptor is a terminal that has gone away, or another device, as which such a one appears. */
export function mayHaveHungUp(descriptor: number): boolean {
  return isDevice(descriptor) && !isatty(descriptor);
}

/** A terminal, of this moment or an earlier one, or another character device; /dev/null, the most frequent one, does not count. */
export function isDevice(descriptor: number): boolean {
  try {
    const file = fstatSync(descriptor);
    return file.isCharacterDevice() && file.rdev !== statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

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
