import { describe, expect, it } from 'vitest';
import { frameExtent } from '../../../src/storage/compressed/frame.js';
import { wasmCompressor, wasmDecompressor } from '../../../src/storage/compressed/wasm-codec.js';
import { MemoryByteSource } from '../support/memory.js';
import { SeededRandom } from '../support/random.js';

const BLOCK_BYTES = 200_000;

describe('zstd as WebAssembly', () => {
  it('compresses blocks of shared memory to frames in their order', async () => {
    const compressor = wasmCompressor(1);
    const random = new SeededRandom(3);
    const blocks = Array.from({ length: 5 }, (_, index) => {
      const block = compressor.newBlock(BLOCK_BYTES);
      expect(block.buffer).toBeInstanceOf(SharedArrayBuffer);
      block.set(random.bytes(index * 40_000));
      return block;
    });
    const frames = await Promise.all(blocks.map((block) => compressor.compress(block)));
    compressor.close();
    const { decompress } = await wasmDecompressor();
    for (const [index, frame] of frames.entries()) {
      expect(frameExtent(new MemoryByteSource(frame), 0)).toMatchObject({
        kind: 'data',
        lengthBytes: frame.length,
        contentBytes: BigInt(BLOCK_BYTES),
      });
      const content = new Uint8Array(BLOCK_BYTES);
      expect(decompress(frame, content)).toBe(BLOCK_BYTES);
      expect(Buffer.compare(content, blocks[index] as Uint8Array)).toBe(0);
    }
  });

  it('reports what fails in the thread', async () => {
    const compressor = wasmCompressor(1);
    const notBytes = undefined as unknown as Uint8Array;
    const results = await Promise.allSettled([
      compressor.compress(notBytes),
      compressor.compress(compressor.newBlock(100)),
    ]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: expect.any(Error) },
      { status: 'fulfilled', value: expect.any(Uint8Array) },
    ]);
  });

  it('compresses again after its thread was ended', async () => {
    const compressor = wasmCompressor(1);
    const block = compressor.newBlock(100);
    const frame = await compressor.compress(block);
    compressor.close();
    expect(await compressor.compress(block)).toEqual(frame);
    compressor.close();
  });
});
