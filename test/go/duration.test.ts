import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  millisecondsFromNanoseconds,
  nanosecondsFromMilliseconds,
  parseDuration,
} from '../../src/go/duration.js';

describe('parseDuration', () => {
  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['5s', 5_000_000_000n],
    ['1m30s', 90_000_000_000n],
    ['-1.5h', -5_400_000_000_000n],
    ['.5ms', 500_000n],
    ['5.s', 5_000_000_000n],
    ['1us', 1_000n],
    ['1\u00b5s', 1_000n],
    ['1\u03bcs', 1_000n],
    ['0.3333333333333333333h', 1_200_000_000_000n],
    ['9223372036854775807ns', 9223372036854775807n],
    ['-9223372036854775808ns', -9223372036854775808n],
  ])('parses %s', (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['abc', 'time: invalid duration "abc"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['.s', 'time: invalid duration ".s"'],
    ['1m -5s', 'time: unknown unit "m -" in duration "1m -5s"'],
    ['3é', 'time: unknown unit "\\xc3\\xa9" in duration "3\\xc3\\xa9"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
  ])('rejects %j', (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });
});

describe('formatDuration', () => {
  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_100n, '1.1\u00b5s'],
    [2_200_000n, '2.2ms'],
    [3_300_000_000n, '3.3s'],
    [245_000_000_000n, '4m5s'],
    [7_200_000_000_000n, '2h0m0s'],
    [3_600_000_000_001n, '1h0m0.000000001s'],
    [-90_500_000_000n, '-1m30.5s'],
    [-(2n ** 63n), '-2562047h47m16.854775808s'],
  ])('%d ns is %s', (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text);
  });
});

it('converts to milliseconds and back without loss', () => {
  for (const nanoseconds of [1n, 1_234_567n, 5_000_000_001n, 3_600_000_000_007n]) {
    expect(nanosecondsFromMilliseconds(millisecondsFromNanoseconds(nanoseconds))).toBe(nanoseconds);
  }
});
