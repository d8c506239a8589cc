import { describe, expect, it } from 'vitest';
import { parseBool, parseInt64, parseUint64 } from '../../src/go/number.js';

describe('parseInt64', () => {
  it.each([
    ['0', 0n],
    ['-7', -7n],
    ['+7', 7n],
    ['0x1F', 31n],
    ['-0b101', -5n],
    ['0o17', 15n],
    ['017', 15n],
    ['1_000', 1000n],
    ['0x_ff', 255n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('parses %s', (text, value) => {
    expect(parseInt64(text)).toBe(value);
  });

  it.each([
    ['abc', 'strconv.ParseInt: parsing "abc": invalid syntax'],
    ['', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['0x', 'strconv.ParseInt: parsing "0x": invalid syntax'],
    ['08', 'strconv.ParseInt: parsing "08": invalid syntax'],
    ['1__0', 'strconv.ParseInt: parsing "1__0": invalid syntax'],
    ['_1', 'strconv.ParseInt: parsing "_1": invalid syntax'],
    ['1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    [' 1', 'strconv.ParseInt: parsing " 1": invalid syntax'],
    ['9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    ['99999999999999999999x', 'strconv.ParseInt: parsing "99999999999999999999x": value out of range'],
  ])('rejects %j', (text, message) => {
    expect(() => parseInt64(text)).toThrow(message);
  });

  it('accepts digits of a given base, without prefix and underscores', () => {
    expect(parseInt64('7fffffffffffffff', 16)).toBe(0x7fffffffffffffffn);
    expect(() => parseInt64('0x1', 16)).toThrow('invalid syntax');
    expect(() => parseInt64('1_0', 16)).toThrow('invalid syntax');
  });
});

describe('parseUint64', () => {
  it('has a larger range, and rejects a sign', () => {
    expect(parseUint64('18446744073709551615')).toBe(2n ** 64n - 1n);
    expect(() => parseUint64('18446744073709551616')).toThrow('value out of range');
    expect(() => parseUint64('+1')).toThrow('strconv.ParseUint: parsing "+1": invalid syntax');
  });
});

describe('parseBool', () => {
  it.each(['1', 't', 'T', 'true', 'TRUE', 'True'])('%s is true', (text) => {
    expect(parseBool(text)).toBe(true);
  });
  it.each(['0', 'f', 'F', 'false', 'FALSE', 'False'])('%s is false', (text) => {
    expect(parseBool(text)).toBe(false);
  });
  it.each(['yes', 'tRUE', '', 'on'])('%j is rejected', (text) => {
    expect(() => parseBool(text)).toThrow(`strconv.ParseBool: parsing "${text}": invalid syntax`);
  });
});
