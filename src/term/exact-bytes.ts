import { readFileSync } from 'node:fs';
import { textFromBytes } from '../go/bytes.js';

/**
 * Arguments and variables byte for byte. Runtimes decode them as UTF-8 and replace what is not (Bun has no value at all for some
 * variables); where they did, Linux still has the original bytes, which come back in the escaped form of `model/bytes.ts`.
 * Elsewhere they stay as they are.
 */

export function exactArguments(decoded: readonly string[], file = '/proc/self/cmdline'): readonly string[] {
  if (!decoded.some((argument) => argument.includes('\ufffd'))) return decoded;
  const all = stringsIn(file);
  if (all === undefined) return decoded;
  const exact = all.slice(all.length - decoded.length);
  return exact.length === decoded.length ? exact : decoded;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function exactEnvironment(decoded: Variables, file = '/proc/self/environ'): Variables {
  if (!Object.entries(decoded).some(isDamaged)) return decoded;
  const all = stringsIn(file);
  if (all === undefined) return decoded;
  const exact = new Map<string, string>();
  for (const variable of all) {
    const end = variable.indexOf('=');
    const name = variable.slice(0, end);
    // Of several variables with one name, the first counts, as for Go.
    if (end > 0 && !exact.has(name)) exact.set(name, variable.slice(end + 1));
  }
  return Object.fromEntries(exact);
}

function isDamaged([name, value]: readonly [string, string | undefined]): boolean {
  return value === undefined || value.includes('\ufffd') || name.includes('\ufffd');
}

/** The parts of a file that NUL ends; `undefined` when it cannot be read. */
function stringsIn(file: string): string[] | undefined {
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
