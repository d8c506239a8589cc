import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { BoltWriter } from '../../../src/storage/bolt/bolt-writer.js';
import { checkedLeaves } from '../../../src/storage/bolt/check.js';
import { randomContents, readDatabase, writeDatabase } from '../support/databases.js';
import { MemoryByteSink, StrictByteSource } from '../support/memory.js';
import { SeededRandom } from '../support/random.js';

function expectSound(bytes: Uint8Array): void {
  const leaves = checkedLeaves(BoltFile.open(new StrictByteSource(bytes)), { rejectWriteHazards: true });
  for (const { leaf } of leaves) expect(leaf.count).toBeGreaterThanOrEqual(0);
}

describe('BoltWriter', () => {
  it.each([1024, 4096, 16_384])(
    'writes databases that read back the same, with pages of %d bytes',
    (pageSizeBytes) => {
      for (let seed = 0; seed < 15; seed++) {
        const contents = randomContents(new SeededRandom(seed));
        const bytes = writeDatabase(contents, pageSizeBytes);
        expectSound(bytes);
        expect(isDeepStrictEqual(readDatabase(bytes), contents), `seed ${seed}`).toBe(true);
      }
    },
  );

  it('writes values of several pages, and keys of nearly eight pages', () => {
    const pairs = Array.from({ length: 50 }, (_, index) => {
      const key = String.fromCharCode(65 + index).repeat(index % 2 === 0 ? 8000 : 10);
      return [key, 'v'.repeat(index * 997)] as const;
    });
    const bytes = writeDatabase({ key: pairs });
    expectSound(bytes);
    expect(readDatabase(bytes)).toEqual({ key: pairs });
  });

  it('never writes a branch page with one child, for any number of leaves', () => {
    for (const count of [...Array(30).keys(), 40, 63, 64, 65, 100]) {
      const pairs = Array.from({ length: count }, (_, index) => {
        return [String(index).padStart(200, '0'), 'v'.repeat(700)] as const;
      });
      const bytes = writeDatabase({ key: pairs });
      expectSound(bytes);
      expect(isDeepStrictEqual(readDatabase(bytes), { key: pairs }), `${count} leaves`).toBe(true);
    }
  });

  it('writes a database without buckets, and with an empty one', () => {
    expect(readDatabase(writeDatabase({}))).toEqual({});
    expect(readDatabase(writeDatabase({ key: [] }))).toEqual({ key: [] });
  });

  it('throws for pairs and buckets out of order', () => {
    const writer = new BoltWriter(new MemoryByteSink(), 1024);
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    expect(() => writer.add(a, a)).toThrow(RangeError);
    writer.beginBucket(b);
    writer.add(b, a);
    expect(() => writer.add(b, a)).toThrow(RangeError);
    expect(() => writer.add(a, a)).toThrow(RangeError);
    expect(() => writer.beginBucket(a)).toThrow(RangeError);
  });
});
