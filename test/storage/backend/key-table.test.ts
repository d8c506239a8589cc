import { describe, expect, it } from 'vitest';
import { KeyTable } from '../../../src/storage/backend/key-table.js';

describe('KeyTable', () => {
  it('keeps the number of each distinct key', () => {
    const keys = new KeyTable();
    const bytes = Buffer.from('abcab');
    keys.find(bytes, 0, 2);
    expect(keys.number).toBe(0);
    keys.number = 7;
    keys.find(bytes, 1, 3);
    expect(keys.number).toBe(0);
    keys.number = 2 ** 32 - 1;
    keys.find(bytes, 3, 5);
    expect(keys.number).toBe(7);
    keys.find(bytes, 0, 0);
    expect(keys.number).toBe(0);
    expect(keys.size).toBe(3);
    expect([...keys.numbers()].toSorted()).toEqual([0, 2 ** 32 - 1, 7].toSorted());
  });

  it('distinguishes a hundred thousand keys', () => {
    const keys = new KeyTable();
    const names = Array.from({ length: 100_000 }, (_, index) => Buffer.from(`/registry/pods/pod-${index}`));
    for (const round of [0, 1]) {
      for (const [number, name] of names.entries()) {
        keys.find(name, 0, name.length);
        if (keys.number !== round * (number + 1)) expect.fail(`${round}: ${name}`);
        keys.number = number + 1;
      }
    }
    expect(keys.size).toBe(100_000);
  });
});
