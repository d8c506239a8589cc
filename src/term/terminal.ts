import { constants, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Screen } from './progress.js';

/** Whether the descriptor is a terminal. `node:tty` takes milliseconds to load, so that `fstat` rules out other files first. */
export function isTerminal(descriptor: number): boolean {
  return isDevice(descriptor) && isatty(descriptor);
}

/** The time to wait for SIGHUP: reads and writes can fail after a hang-up before the signal arrives. */
export const HANG_UP_WAIT_MS = 200;

/** Whether the descriptor can be a terminal after a hang-up: it is a device, but `isatty` is false. */
export function mayHaveHungUp(descriptor: number): boolean {
  return isDevice(descriptor) && !isatty(descriptor);
}

/** Whether it is a character device other than /dev/null: a terminal, also after a hang-up, or another device. */
export function isDevice(descriptor: number): boolean {
  try {
    const file = fstatSync(descriptor);
    return file.isCharacterDevice() && file.rdev !== statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

/** The terminal of stderr, for the progress line. */
export class TerminalScreen implements Screen {
  readonly #openStderr: () => NodeJS.WriteStream;
  #stderr: NodeJS.WriteStream | undefined;
  #descriptor: number | undefined;

  /** @param openStderr returns `process.stderr`, which tracks the size of the terminal; called when the size is first needed */
  constructor(openStderr: () => NodeJS.WriteStream) {
    this.#openStderr = openStderr;
  }

  get columns(): number {
    if (this.#stderr === undefined) {
      this.#stderr = this.#openStderr();
      // Reading the size fails after a hang-up.
      this.#stderr.on('error', () => undefined);
    }
    return this.#stderr.columns || 0;
  }

  draw(text: string): void {
    this.#descriptor ??= nonBlockingStderr();
    try {
      writeSync(this.#descriptor, text);
    } catch {
      // The terminal is stopped or has hung up. The line is redrawn later or not needed.
    }
  }
}

/**
 * Opens the terminal again in non-blocking mode: a terminal can be stopped (Ctrl-S) or not be read by its other side, and no
 * signal interrupts a blocked `writeSync`. On systems without /proc, stderr itself.
 */
function nonBlockingStderr(): number {
  try {
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return 2;
  }
}
