import { describe, expect, it } from 'vitest';
import { fromKeyRange, prefixEnd, prefixRange } from '../../src/model/key-range.js';

const bytes = (encoded: string) => Buffer.from(encoded, 'hex');
const hex = (value: Uint8Array | undefined) => value && Buffer.from(value).toString('hex');

describe('prefixEnd', () => {
  it.each([
    ['61', '62'],
    ['61ff', '62'],
    ['00', '01'],
    ['61ffff', '62'],
    ['ff', '00'],
    ['ffff', '00'],
  ])('of %s is %s', (prefix, end) => {
    expect(hex(prefixEnd(bytes(prefix)))).toBe(end);
  });

  it('does not modify the prefix', () => {
    const prefix = bytes('6162');
    prefixEnd(prefix);
    expect(hex(prefix)).toBe('6162');
  });
});

describe('ranges', () => {
  it('is all keys for an empty prefix', () => {
    const { key, rangeEnd } = prefixRange(bytes(''));
    expect([hex(key), hex(rangeEnd)]).toEqual(['00', '00']);
  });

  it('is all keys from a key on', () => {
    const { key, rangeEnd } = fromKeyRange(bytes('6b'));
    expect([hex(key), hex(rangeEnd)]).toEqual(['6b', '00']);
    expect(hex(fromKeyRange(bytes('')).key)).toBe('00');
  });
});
