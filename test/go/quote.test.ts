import { describe, expect, it, test } from 'vitest';
import { bytesFromText } from '../../src/go/bytes.js';
import { quoteGo, unquoteGo } from '../../src/go/quote.js';
import { PRINTABLE_RUNES, runeSetHas } from '../../src/go/runes.js';

import vectors from '../golden/go-quote-vectors.json' with { type: 'json' };

describe('quoteGo', () => {
  test(`equals Go's %q on ${vectors.length} vectors: every byte, and all boundaries of printable code points`, () => {
    for (const { hex, quoted } of vectors) expect(quoteGo(Buffer.from(hex, 'hex')), hex).toBe(quoted);
  });

  test('reads only the bytes of the view', () => {
    expect(quoteGo(Buffer.from('xxé\u0007yy').subarray(2, 5))).toBe('"é\\a"');
  });

  test('printable code points are letters, marks, numbers, punctuation, symbols or the space in the Unicode version of the runtime', () => {
    const wrong: string[] = [];
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      if (!runeSetHas(PRINTABLE_RUNES, codePoint)) continue;
      if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(String.fromCodePoint(codePoint))) {
        wrong.push(codePoint.toString(16));
      }
    }
    expect(wrong).toEqual([]);
  });
});

const hexOf = (literal: string) => Buffer.from(bytesFromText(unquoteGo(literal))).toString('hex');

/** The expected values are those of strconv.Unquote of Go 1.26. */
describe('unquoteGo', () => {
  it.each([
    ['""', ''],
    ['"a b"', '612062'],
    ['"\\a\\b\\f\\n\\r\\t\\v\\\\\\""', '07080c0a0d09 0b5c22'.replace(' ', '')],
    ['"\\xff\\377\\000"', 'ffff00'],
    ['"\\u00ff\\U0001f600"', 'c3bff09f9880'],
    ['"\\xe6\\x97\\xa5"', 'e697a5'],
    ['"日😀"', 'e697a5f09f9880'],
    ['"\udcff"', 'ff'],
  ])('unquotes %s', (literal, hex) => {
    expect(hexOf(literal)).toBe(hex);
  });

  it.each([
    'a',
    '"',
    '"a',
    '"\\"',
    '"a"b"',
    '"\\q"',
    '"\\\'"',
    '"\\x4"',
    '"\\400"',
    '"\\08"',
    '"\\ud800"',
    '"\\U00110000"',
    '"\\uZZZZ"',
    '"a\nb"',
    "'a'",
  ])('rejects %j', (literal) => {
    expect(() => unquoteGo(literal)).toThrow('invalid syntax');
  });
});
