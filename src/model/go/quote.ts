import { validSequenceLength } from '../bytes.js';
import { PRINTABLE_RUNES } from './printable-runes.js';
import { runeSetHas } from './rune-set.js';

/**
 * Go's `%q` (strconv.Quote): a double-quoted literal in which everything that is not printable is an
 * escape, so that the bytes can be told from it. A byte that is not part of valid UTF-8 becomes `\x..`.
 */

const LETTER_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

/** The literal for any bytes; the result itself is well-formed text. */
export function quoteGo(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (needsNoEscape(bytes)) return `"${buffer.toString('latin1')}"`;
  let quoted = '"';
  let plainFrom = 0;
  for (let offset = 0; offset < buffer.length; ) {
    const length = validSequenceLength(buffer, offset);
    const replacement =
      length === 0 ? hexEscape(buffer[offset] ?? 0) : escapeOf(decodeRune(buffer, offset, length));
    const next = offset + Math.max(length, 1);
    if (replacement !== undefined) {
      quoted += buffer.toString('utf8', plainFrom, offset) + replacement;
      plainFrom = next;
    }
    offset = next;
  }
  return `${quoted}${buffer.toString('utf8', plainFrom)}"`;
}

/** Whether the literal is just the bytes in quotes: printable ASCII without quote and backslash. */
export function needsNoEscape(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
}

function escapeOf(codePoint: number): string | undefined {
  const letter = LETTER_ESCAPES.get(codePoint);
  if (letter !== undefined) return letter;
  if (codePoint < 0x20 || codePoint === 0x7f) return hexEscape(codePoint);
  if (codePoint < 0x7f || runeSetHas(PRINTABLE_RUNES, codePoint)) return undefined;
  const digits = codePoint.toString(16);
  return codePoint < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** `length` is that of a valid sequence, so the lead byte's high bits need no check. */
function decodeRune(bytes: Uint8Array, offset: number, length: number): number {
  const lead = bytes[offset] ?? 0;
  if (length === 1) return lead;
  let codePoint = lead & (0x7f >> length);
  for (let index = 1; index < length; index++) {
    codePoint = (codePoint << 6) | ((bytes[offset + index] ?? 0) & 0x3f);
  }
  return codePoint;
}
