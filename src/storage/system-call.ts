import { closeSync } from 'node:fs';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';

/** Returns what `call` returns. Throws a `CommandError` in Go's words when it fails: `open x: no such file or directory`. */
export function systemCall<Value>(operation: string, path: string, call: () => Value): Value {
  try {
    return call();
  } catch (cause) {
    throw new CommandError(pathErrorText(operation, path, cause), { cause });
  }
}

/** Never throws. Some file systems report a failed write only at `close`; writers call `fsync` before, which reports it too. */
export function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // The descriptor is closed also when `close` fails.
  }
}
