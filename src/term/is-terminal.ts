import { fstatSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';

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
