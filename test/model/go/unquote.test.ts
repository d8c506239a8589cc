import { describe, expect, it } from 'vitest';
import { bytesFromText } from '../../../src/model/bytes.js';
import { unquoteGo } from '../../../src/model/go/unquote.js';

const hexOf = (literal: string) => Buffer.from(bytesFromText(unquoteGo(literal))).toString('hex');

/** Expectations are what strconv.Unquote of Go 1.26 gives. */
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
  ])('reads %s', (literal, hex) => {
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
  ])('refuses %j', (literal) => {
    expect(() => unquoteGo(literal)).toThrow('invalid syntax');
  });
});
