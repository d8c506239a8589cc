import { describe, expect, it } from 'vitest';
import { KeyTable } from '../../../src/storage/backend/key-table.js';

describe('KeyTable', () => {
  it('numbers distinct keys in the order of their first occurrence', () => {
    const keys = new KeyTable();
    const bytes = Buffer.from('abcab');
    expect(keys.numberOf(bytes, 0, 2)).toBe(0);
    expect(keys.numberOf(bytes, 1, 3)).toBe(1);
    expect(keys.numberOf(bytes, 3, 5)).toBe(0);
    expect(keys.numberOf(bytes, 0, 0)).toBe(2);
    expect(keys.size).toBe(3);
  });

  it('distinguishes a hundred thousand keys', () => {
    const keys = new KeyTable();
    const names = Array.from({ length: 100_000 }, (_, index) => Buffer.from(`/registry/pods/pod-${index}`));
    for (const round of [0, 1]) {
      for (const [number, name] of names.entries()) {
        if (keys.numberOf(name, 0, name.length) !== number) expect.fail(`${round}: ${name}`);
      }
    }
    expect(keys.size).toBe(100_000);
  });
});
