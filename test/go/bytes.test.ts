import { describe, expect, it } from 'vitest';
import { bytesFromText, textFromBytes, validSequenceLength } from '../../src/go/bytes.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('text and bytes', () => {
  it.each([
    ['', ''],
    ['abc', '616263'],
    ['ä€😀', 'c3a4e282acf09f9880'],
    ['a\udcffb', '61ff62'],
    ['\udc80\udcc3', '80c3'],
    ['😀\udcf0', 'f09f9880f0'],
  ])('converts %j to %s', (text, expected) => {
    expect(hex(bytesFromText(text))).toBe(expected);
  });

  it('converts every pair of bytes to text and back', () => {
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        const bytes = Buffer.of(0x61, first, second, 0xe2, 0x82, 0xac);
        const back = bytesFromText(textFromBytes(bytes));
        if (!bytes.equals(back)) expect(hex(back)).toBe(hex(bytes));
      }
    }
  });

  it.each([
    ['overlong', 'c080'],
    ['surrogate', 'eda080'],
    ['beyond Unicode', 'f4908080'],
    ['cut short', 'e282'],
    ['lone continuation', '80'],
  ])('does not decode %s bytes as a character', (_name, encoded) => {
    const bytes = Buffer.from(encoded, 'hex');
    expect(validSequenceLength(bytes, 0)).toBe(0);
    expect(hex(bytesFromText(textFromBytes(bytes)))).toBe(encoded);
  });
});
