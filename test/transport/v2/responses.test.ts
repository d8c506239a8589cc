import { expect, it } from 'vitest';
import {
  asBoolean,
  asInteger,
  asText,
  asTexts,
  parseExactJson,
} from '../../../src/transport/v2/responses.js';

it('keeps long integers as digits, except in strings', () => {
  expect(
    parseExactJson('{"a":18446744073709551615,"b":[-12345678901234567, 1],"c":":12345678901234567\\",1"}'),
  ).toEqual({
    a: '18446744073709551615',
    b: ['-12345678901234567', 1],
    c: ':12345678901234567",1',
  });
  expect(parseExactJson('{"a":1234567890123456.5}')).toEqual({ a: 1234567890123456.5 });
  expect(parseExactJson('[123456789012345]')).toEqual([123456789012345]);
  expect(() => parseExactJson('{"a":12345678901234567')).toThrow(SyntaxError);
});

it('reads missing values as empty, and rejects values of another type', () => {
  expect([asText(undefined), asBoolean(null), asInteger(undefined), asTexts(null)]).toEqual([
    '',
    false,
    0n,
    [],
  ]);
  expect([asInteger(7), asInteger('18446744073709551615')]).toEqual([7n, 2n ** 64n - 1n]);
  for (const wrong of [
    () => asText(1),
    () => asBoolean('true'),
    () => asInteger('7'),
    () => asInteger(1.5),
    () => asTexts({}),
  ]) {
    expect(wrong).toThrow(TypeError);
  }
});
