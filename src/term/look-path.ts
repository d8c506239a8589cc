import { accessSync, constants, statSync } from 'node:fs';
import { posix } from 'node:path';
import { bytesFromText } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { CommandError } from '../model/errors.js';

/**
 * The file that a command means (os/exec `LookPath`).
 * @param path the variable PATH
 * @throws CommandError
 */
export function lookPath(command: string, path: string | undefined): string {
  if (command === '') throw new CommandError('exec: no command');
  if (command === '/') throw lookupFailure(command, 'is a directory');
  if (command.includes('/')) return command;
  for (const folder of isLookedFor(command) && path ? path.split(':') : []) {
    const file = posix.join(folder, command);
    if (!isExecutable(file)) continue;
    if (posix.isAbsolute(file)) return file;
    throw lookupFailure(command, 'cannot run executable found relative to current directory');
  }
  throw lookupFailure(command, 'executable file not found in $PATH');
}

function isLookedFor(command: string): boolean {
  return command !== '.' && command !== '..';
}

function lookupFailure(command: string, why: string): CommandError {
  return new CommandError(`exec: ${quoteGo(bytesFromText(command))}: ${why}`);
}

/** The file, which is no directory, may be executed by this process. */
export function isExecutable(file: string): boolean {
  try {
    const path = Buffer.from(bytesFromText(file));
    if (statSync(path).isDirectory()) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
