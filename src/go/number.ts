/**
 * Parses numbers by the rules of Go's strconv package, whose error messages etcdctl prints unchanged. Base 0 takes the
 * base from the prefix of the text (`0x`, `0o`, `0b`, a leading zero for octal) and allows `1_000`.
 * All functions throw a `GoParseError`.
 */
import { bytesFromText } from './bytes.js';
import { GoParseError } from './parse-error.js';
import { quoteGo } from './quote.js';

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

const PREFIX_BASES: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16 };
const TRUE_WORDS: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** strconv.ParseInt(text, base, 64); base 0 or 2 to 36. */
export function parseInt64(text: string, base = 0): bigint {
  const isNegative = text.startsWith('-');
  const magnitude = scan(isNegative || text.startsWith('+') ? text.slice(1) : text, base);
  if (magnitude === 'syntax') throw numError('ParseInt', text, 'invalid syntax');
  const value = magnitude === 'range' ? undefined : isNegative ? -magnitude : magnitude;
  if (value === undefined || value > MAX_INT64 || value < MIN_INT64) {
    throw numError('ParseInt', text, 'value out of range');
  }
  return value;
}

/** strconv.ParseUint(text, base, 64); a sign is a syntax error. */
export function parseUint64(text: string, base = 0): bigint {
  const value = scan(text, base);
  if (value === 'syntax') throw numError('ParseUint', text, 'invalid syntax');
  if (value === 'range') throw numError('ParseUint', text, 'value out of range');
  return value;
}

/** strconv.ParseBool: accepts `1 t T true TRUE True`, `0 f F false FALSE False`, and nothing else. */
export function parseBool(text: string): boolean {
  if (TRUE_WORDS.has(text)) return true;
  if (FALSE_WORDS.has(text)) return false;
  throw numError('ParseBool', text, 'invalid syntax');
}

function numError(name: string, text: string, why: string): GoParseError {
  return new GoParseError(`strconv.${name}: parsing ${quoteGo(bytesFromText(text))}: ${why}`);
}

/** As in Go, an overflow is reported even if an invalid character follows. */
function scan(text: string, base: number): bigint | 'syntax' | 'range' {
  if (text === '') return 'syntax';
  const { radix, digits } = base === 0 ? splitPrefix(text) : { radix: base, digits: text };
  let value = 0n;
  for (const character of digits) {
    if (character === '_' && base === 0) continue;
    const digit = /^[0-9a-z]$/i.test(character) ? Number.parseInt(character, 36) : Number.NaN;
    if (!(digit < radix)) return 'syntax';
    value = value * BigInt(radix) + BigInt(digit);
    if (value > MAX_UINT64) return 'range';
  }
  return underscoresSeparateDigits(text) ? value : 'syntax';
}

function splitPrefix(text: string): { radix: number; digits: string } {
  if (!text.startsWith('0')) return { radix: 10, digits: text };
  const radix = PREFIX_BASES[text.charAt(1).toLowerCase()];
  if (radix !== undefined && text.length >= 3) return { radix, digits: text.slice(2) };
  return { radix: 8, digits: text.slice(1) };
}

/** An underscore must follow a digit or the prefix, and precede a digit. */
function underscoresSeparateDigits(text: string): boolean {
  if (!text.includes('_')) return true;
  return /^(?:0[box]_?)?[0-9a-f]+(?:_[0-9a-f]+)*$/i.test(text);
}
