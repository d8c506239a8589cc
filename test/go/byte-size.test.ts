import { describe, expect, it } from 'vitest';
import { formatByteSize } from '../../src/go/byte-size.js';

describe('formatByteSize', () => {
  it.each([
    [0, '0 B'],
    [9, '9 B'],
    [10, '10 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [2_200_000, '2.2 MB'],
    [9_960, '10 kB'],
    [20_480, '20 kB'],
    [21_500, '22 kB'],
    [90_112, '90 kB'],
    [2_147_483_648n, '2.1 GB'],
    [8_589_934_592n, '8.6 GB'],
  ])('%s bytes are %s', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
  });
});
