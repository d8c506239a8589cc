import { describe, expect, it } from 'vitest';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { checkedLeaves } from '../../../src/storage/bolt/check.js';
import type { ByteSource } from '../../../src/storage/byte-source.js';
import { type FreelistShape, PAGE, range, USED, withFreelist } from '../support/freelist.js';
import { MemoryByteSource } from '../support/memory.js';

function check(source: ByteSource): void {
  for (const _ of checkedLeaves(BoltFile.open(source)));
}

describe('a stored freelist', () => {
  it('accounts for all pages', () => {
    check(new MemoryByteSource(withFreelist({ ids: range(USED + 1, 20), highWaterPage: 20 })));
    check(new MemoryByteSource(withFreelist({ ids: [], highWaterPage: USED + 1 })));
  });

  it('may have more pages than its header can count', () => {
    const pageCount = Math.ceil((16 + 8 * 70_001) / PAGE);
    const first = USED + pageCount;
    check(
      new MemoryByteSource(
        withFreelist({ ids: range(first, first + 70_000), highWaterPage: first + 70_000 }),
      ),
    );
  });

  it.each<readonly [string, FreelistShape]>([
    [
      'page 9 is neither in use nor free',
      { ids: [...range(USED + 1, 9), ...range(10, 20)], highWaterPage: 20 },
    ],
    ['contains page 7 twice', { ids: [...range(USED + 1, 20), 7], highWaterPage: 20 }],
    ['contains page 20, but the database has 20 pages', { ids: range(USED + 1, 21), highWaterPage: 20 }],
    [
      'contains page 1, but the database has 20 pages',
      { ids: [1, ...range(USED + 1, 20)], highWaterPage: 20 },
    ],
    ['is in use and on the freelist', { ids: [2, ...range(USED + 1, 20)], highWaterPage: 20 }],
    ['the freelist is too small for', { ids: [5], highWaterPage: 20, claimedCount: 5000 }],
    ['is not a freelist page', { ids: [5], highWaterPage: 20, kind: 2 }],
  ])('has a defect: %s', (message, shape) => {
    expect(() => check(new MemoryByteSource(withFreelist(shape)))).toThrow(message);
  });

  it('is rejected when the count in its first element is beyond its pages', () => {
    const bytes = withFreelist({ ids: [2 ** 52], highWaterPage: 20, claimedCount: 0xffff });
    expect(() => check(new MemoryByteSource(bytes))).toThrow('the freelist is too small for');
  });
});
