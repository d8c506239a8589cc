import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Crc32c, crc32c } from '../../src/storage/crc32c.js';

/** The definition, bit by bit. */
function slowCrc32c(bytes: Uint8Array): number {
  let state = ~0;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ 0x82f63b78 : state >>> 1;
  }
  return ~state >>> 0;
}

describe('CRC-32C', () => {
  it('has the check value of the CRC catalogue', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });

  it.each([1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 1000, 65_535, 65_536, 65_537, 200_003])(
    'agrees with its definition on %d bytes',
    (length) => {
      const bytes = randomBytes(length);
      expect(crc32c(bytes)).toBe(slowCrc32c(bytes));
    },
  );

  it('does not depend on how the bytes are divided into chunks', () => {
    const bytes = randomBytes(5000);
    const whole = new Crc32c();
    for (let start = 0; start < bytes.length; start += 77) {
      whole.update(bytes, start, Math.min(start + 77, bytes.length));
    }
    expect(whole.value).toBe(crc32c(bytes));
    expect(crc32c(bytes.subarray(1000), crc32c(bytes.subarray(0, 1000)))).toBe(crc32c(bytes));
  });
});
