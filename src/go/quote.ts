import { bytesFromText, textFromBytes, validSequenceLength } from './bytes.js';
import { GoParseError } from './parse-error.js';
import { PRINTABLE_RUNES, runeSetHas } from './runes.js';

/**
 * Go's strconv.Quote (`%q`) and strconv.Unquote: a double-quoted literal in which everything that is not printable is
 * escaped. A byte that is not part of valid UTF-8 becomes `\x..`.
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

/** strconv.Quote for any bytes. The result has no lone surrogates. */
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

/** Whether the bytes are printable ASCII without quotes and backslashes. */
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

/** `length` is that of a valid sequence: the high bits of the lead byte need no check. */
function decodeRune(bytes: Uint8Array, offset: number, length: number): number {
  const lead = bytes[offset] ?? 0;
  if (length === 1) return lead;
  let codePoint = lead & (0x7f >> length);
  for (let index = 1; index < length; index++) {
    codePoint = (codePoint << 6) | ((bytes[offset + index] ?? 0) & 0x3f);
  }
  return codePoint;
}

const LETTERS: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
  '"': 0x22,
  '\\': 0x5c,
};

const PIECE =
  /[^"\\\n]+|\\(?:(?<letter>[abtnvfr"\\])|x(?<hex>[0-9a-fA-F]{2})|(?<octal>[0-3][0-7]{2})|u(?<u4>[0-9a-fA-F]{4})|U(?<u8>[0-9a-fA-F]{8}))/y;

/**
 * strconv.Unquote for a double-quoted literal. Bytes that are not UTF-8 are escaped as in `bytes.ts`. `\xff` and `\377` are bytes,
 * `\u00ff` is a character. Throws a `GoParseError`. Unlike in Go, bytes of the literal itself that are not UTF-8 are kept: Go replaces
 * each with U+FFFD.
 */
export function unquoteGo(literal: string): string {
  if (!/^".*"$/s.test(literal) || literal.length < 2) throw new GoParseError('invalid syntax');
  const inside = literal.slice(1, -1);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < inside.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(inside);
    if (match === null) throw new GoParseError('invalid syntax');
    pieces.push(bytesOf(match));
  }
  return textFromBytes(Buffer.concat(pieces));
}

function bytesOf({ 0: plain, groups = {} }: RegExpExecArray): Uint8Array {
  const { letter, hex, octal, u4, u8 } = groups;
  const digits = u4 ?? u8;
  if (digits !== undefined) return runeBytes(Number.parseInt(digits, 16));
  if (letter !== undefined) return Buffer.of(LETTERS[letter] ?? 0);
  if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16));
  if (octal !== undefined) return Buffer.of(Number.parseInt(octal, 8));
  return bytesFromText(plain);
}

function runeBytes(codePoint: number): Uint8Array {
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  if (isSurrogate || codePoint > 0x10ffff) throw new GoParseError('invalid syntax');
  return Buffer.from(String.fromCodePoint(codePoint), 'utf8');
}
