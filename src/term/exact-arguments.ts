import { readFileSync } from 'node:fs';
import { textFromBytes } from '../model/bytes.js';

/**
 * The arguments byte for byte. Node decodes them as UTF-8 and replaces what is not; where it did, Linux still has the
 * original bytes, which come back in the escaped form of `model/bytes.ts`. Elsewhere the arguments stay as they are.
 */
export function exactArguments(decoded: readonly string[], file = '/proc/self/cmdline'): readonly string[] {
  if (!decoded.some((argument) => argument.includes('\ufffd'))) return decoded;
  let raw: Buffer;
  try {
    raw = readFileSync(file);
  } catch {
    return decoded;
  }
  const all = splitAtNul(raw);
  const exact = all.slice(all.length - decoded.length).map(textFromBytes);
  return exact.length === decoded.length ? exact : decoded;
}

function splitAtNul(raw: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < raw.length; ) {
    const end = raw.indexOf(0, start);
    parts.push(raw.subarray(start, end < 0 ? raw.length : end));
    start = end < 0 ? raw.length : end + 1;
  }
  return parts;
}
