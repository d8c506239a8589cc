import { describe, expect, it } from 'vitest';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { checkedLeaves } from '../../../src/storage/bolt/check.js';
import type { ByteSource } from '../../../src/storage/byte-source.js';
import { MemoryByteSource } from '../../../src/storage/byte-source.js';
import { withMeta, writeDatabase } from '../support/databases.js';

const PAGE = 1024;
const BARE = writeDatabase({ key: [['a', 'b']] });
const USED = BARE.length / PAGE;

function check(source: ByteSource): void {
  for (const _ of checkedLeaves(BoltFile.open(source)));
}

interface FreelistShape {
  readonly ids: readonly number[];
  readonly highWaterPage: number;
  readonly kind?: number;
  readonly claimedCount?: number;
}

/** The small database with a freelist behind it, and as many unused pages as the high water mark says. */
function withFreelist({ ids, highWaterPage, kind = 0x10, claimedCount }: FreelistShape): Uint8Array {
  const isLong = ids.length >= 0xffff;
  const words = isLong ? [ids.length, ...ids] : ids;
  const pageCount = Math.ceil((16 + 8 * words.length) / PAGE);
  const bytes = new Uint8Array(Math.max(highWaterPage, USED + pageCount) * PAGE);
  bytes.set(withMeta(BARE, { freelistPage: undefined }));
  const view = new DataView(bytes.buffer, USED * PAGE);
  view.setBigUint64(0, BigInt(USED), true);
  view.setUint16(8, kind, true);
  view.setUint16(10, claimedCount ?? (isLong ? 0xffff : ids.length), true);
  view.setUint32(12, pageCount - 1, true);
  for (const [index, id] of words.entries()) view.setBigUint64(16 + 8 * index, BigInt(id), true);
  return withMeta(bytes, { freelistPage: USED, highWaterPage });
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}

describe('a stored freelist', () => {
  it('accounts for all pages', () => {
    check(new MemoryByteSource(withFreelist({ ids: range(USED + 1, 20), highWaterPage: 20 })));
    check(new MemoryByteSource(withFreelist({ ids: [], highWaterPage: USED + 1 })));
  });

  it('may be longer than its header can say', () => {
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
    ['names page 7 twice', { ids: [...range(USED + 1, 20), 7], highWaterPage: 20 }],
    ['names page 20 of 20', { ids: range(USED + 1, 21), highWaterPage: 20 }],
    ['names page 1 of 20', { ids: [1, ...range(USED + 1, 20)], highWaterPage: 20 }],
    ['is in use and on the freelist', { ids: [2, ...range(USED + 1, 20)], highWaterPage: 20 }],
    ['more than it has room for', { ids: [5], highWaterPage: 20, claimedCount: 5000 }],
    ['should be the freelist', { ids: [5], highWaterPage: 20, kind: 2 }],
  ])('is wrong: %s', (message, shape) => {
    expect(() => check(new MemoryByteSource(withFreelist(shape)))).toThrow(message);
  });

  it('cannot claim a count of its own beyond its pages', () => {
    const bytes = withFreelist({ ids: [2 ** 52], highWaterPage: 20, claimedCount: 0xffff });
    expect(() => check(new MemoryByteSource(bytes))).toThrow('more than it has room for');
  });
});
