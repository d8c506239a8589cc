import { bytesFromText, textFromBytes } from '../bytes.js';
import { GoParseError } from './parse-error.js';

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
 * What a double-quoted Go literal stands for (strconv.Unquote), a byte that is not UTF-8 as in `model/bytes`. `\xff` and
 * `\377` are bytes, `\u00ff` is a character. Throws a `GoParseError`. Bytes that are not UTF-8 in the literal itself stay
 * as they are, where Go makes each of them U+FFFD.
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
