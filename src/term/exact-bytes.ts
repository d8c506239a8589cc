import { readFileSync } from 'node:fs';
import { textFromBytes } from '../go/bytes.js';

/**
 * Command-line arguments and environment variables with their exact bytes. Node.js and Bun decode them as UTF-8 and put U+FFFD in place
 * of invalid bytes (Bun has no value at all for some variables). In that case the original bytes are read from /proc and returned in the
 * escaped form of `go/bytes.ts`. On systems without /proc, the decoded text is returned.
 */

export function rawArguments(decoded: readonly string[], file = '/proc/self/cmdline'): readonly string[] {
  if (!decoded.some((argument) => argument.includes('\ufffd'))) return decoded;
  const all = readStrings(file);
  if (all === undefined) return decoded;
  const exact = all.slice(all.length - decoded.length);
  return exact.length === decoded.length ? exact : decoded;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function rawEnvironment(decoded: Variables, file = '/proc/self/environ'): Variables {
  if (!Object.entries(decoded).some(hasReplacementCharacter)) return decoded;
  const all = readStrings(file);
  if (all === undefined) return decoded;
  const exact = new Map<string, string>();
  for (const variable of all) {
    const end = variable.indexOf('=');
    const name = variable.slice(0, end);
    // The first of several variables with the same name is used, as in Go.
    if (end > 0 && !exact.has(name)) exact.set(name, variable.slice(end + 1));
  }
  return Object.fromEntries(exact);
}

function hasReplacementCharacter([name, value]: readonly [string, string | undefined]): boolean {
  return value === undefined || value.includes('\ufffd') || name.includes('\ufffd');
}

/** The NUL-terminated strings in a file; `undefined` when it cannot be read. */
function readStrings(file: string): string[] | undefined {
  let raw: Buffer;
  try {
    raw = readFileSync(file);
  } catch {
    return undefined;
  }
  const parts: string[] = [];
  for (let start = 0; start < raw.length; ) {
    const end = raw.indexOf(0, start);
    parts.push(textFromBytes(raw.subarray(start, end < 0 ? raw.length : end)));
    start = end < 0 ? raw.length : end + 1;
  }
  return parts;
}
