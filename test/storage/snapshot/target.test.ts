import { describe, expect, it } from 'vitest';
import { BlockTarget, type SnapshotTarget, StreamTarget } from '../../../src/storage/snapshot/target.js';
import { SeededRandom } from '../support/random.js';

const KIB = 1024;
const contents = Buffer.from(new SeededRandom(7).bytes(1500 * KIB));

/** Appends the contents in chunks of the same memory. */
async function appendAll(target: SnapshotTarget, chunkBytes: number): Promise<void> {
  const chunk = Buffer.alloc(chunkBytes);
  for (let offset = 0; offset < contents.length; offset += chunkBytes) {
    const length = contents.copy(chunk, 0, offset);
    await target.append(chunk.subarray(0, Math.min(length, contents.length - offset)));
    chunk.fill(0xee);
  }
}

const SIZES = [1000, 32 * KIB, 64 * KIB, 300 * KIB, 1500 * KIB];

describe('StreamTarget', () => {
  it.each(SIZES)('holds back the last 64 KiB until the end, chunks of %i bytes', async (chunkBytes) => {
    const written: Buffer[] = [];
    const stream = new StreamTarget({
      append: async (chunk) => void written.push(Buffer.from(chunk)),
      flush: async () => {},
      finish: async () => {},
    });
    await appendAll(stream, chunkBytes);
    expect(Buffer.concat(written).equals(contents.subarray(0, -64 * KIB))).toBe(true);
    await stream.finish();
    expect(Buffer.concat(written).equals(contents)).toBe(true);
  });
});

describe('BlockTarget', () => {
  it.each(SIZES)('joins chunks to blocks, chunks of %i bytes', async (chunkBytes) => {
    const written: Buffer[] = [];
    const blocks = new BlockTarget(async (block) => void written.push(Buffer.from(block)));
    await appendAll(blocks, chunkBytes);
    await blocks.finish();
    expect(Buffer.concat(written).equals(contents)).toBe(true);
    expect(written.map(({ length }) => length / KIB)).toEqual([256, 256, 256, 256, 256, 220]);
  });
});
