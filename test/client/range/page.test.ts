import { describe, expect, it } from 'vitest';
import { MAX_RANGE_PAGE_BYTES, PageLimit } from '../../../src/client/range/page.js';

const MIB = 2 ** 20;

/** A page with this many pairs and this size of values. */
const page = (count: number, valueBytes: number) => {
  const value = new Uint8Array(valueBytes);
  const key = new Uint8Array(8);
  return Array.from({ length: count }, () => ({
    key,
    value,
    createRevision: 1n,
    modRevision: 1n,
    version: 1n,
    lease: 0n,
  }));
};

describe('the page limit', () => {
  it('allows values of 800 KiB in the first page', () => {
    expect(new PageLimit().keys * 800 * 1024).toBeLessThanOrEqual(MAX_RANGE_PAGE_BYTES);
  });

  it('grows fast while values are small, up to a maximum', () => {
    const limit = new PageLimit();
    const seen = Array.from({ length: 8 }, () => {
      const { keys } = limit;
      limit.accept(page(keys, 10));
      return keys;
    });
    expect(seen).toEqual([20, 80, 320, 1280, 5120, 20480, 32768, 32768]);
  });

  it.each([
    [MIB, 7],
    [100_000, 83],
    [20 * MIB, 1],
  ])('for values of %d bytes is %d keys', (valueBytes, keys) => {
    const limit = new PageLimit();
    limit.accept(page(2, valueBytes));
    limit.accept(page(2, valueBytes));
    expect(limit.keys).toBe(keys);
  });

  it('is smaller after a rejection, until the rejected keys are read', () => {
    const limit = new PageLimit();
    for (let pages = 0; pages < 5; pages++) limit.accept(page(limit.keys, 10));
    expect(limit.keys).toBe(20480);
    expect(limit.reject(20480)).toBe(true);
    expect(limit.keys).toBe(5120);
    let passed = 0;
    while (passed < 20480) {
      const { keys } = limit;
      // A page has at most a quarter of the rejected keys that are not read yet, and at least one key.
      expect(keys).toBeLessThanOrEqual(Math.max(1, (20480 - passed) / 4));
      limit.accept(page(keys, 10));
      passed += keys;
    }
    limit.accept(page(1, 10));
    expect(limit.keys).toBeGreaterThan(1);
  });

  it('is at least one key, and cannot shrink further', () => {
    const limit = new PageLimit();
    const seen = [limit.keys];
    while (limit.reject(limit.keys)) seen.push(limit.keys);
    expect(seen).toEqual([20, 5, 1]);
  });

  it('does not change after an empty page', () => {
    const limit = new PageLimit();
    limit.accept([]);
    expect(limit.keys).toBe(20);
  });
});
