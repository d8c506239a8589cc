import { fstatSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Whether the descriptor is a terminal. `node:tty` takes milliseconds to load, so that other files are told apart without it. */
export function isTerminal(descriptor: number): boolean {
  try {
    const file = fstatSync(descriptor);
    if (!file.isCharacterDevice() || file.rdev === statSync('/dev/null').rdev) return false;
  } catch {
    return false;
  }
  return isatty(descriptor);
}
