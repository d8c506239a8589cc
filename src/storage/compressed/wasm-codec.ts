import { compress, decompress, init } from '@bokuweb/zstd-wasm';
import type { ZstdCodec } from './zstd-codec.js';

/** The package must not be initialized twice: its functions would use the memory of two instances. */
let initialized: Promise<void> | undefined;

/** For runtimes without zstd. Compresses on this thread. */
export async function wasmCodec(level: number): Promise<ZstdCodec> {
  initialized ??= init();
  await initialized;
  return {
    compress: async (block) => compress(block, level),
    decompress(frame, block) {
      const content = decompress(frame, { defaultHeapSize: block.length });
      block.set(content);
      return content.length;
    },
    createDecompressor: undefined,
  };
}
