import { closeSync } from 'node:fs';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';

/** Throws a `CommandError` in Go's words when the call fails: `open x: no such file or directory`. */
export function attempt<Value>(operation: string, path: string, call: () => Value): Value {
  try {
    return call();
  } catch (cause) {
    throw new CommandError(pathErrorText(operation, path, cause), { cause });
  }
}

/** Some file systems report only now that a write has failed; whoever wrote has heard of it from a sync. */
export function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // The descriptor is closed all the same.
  }
}
