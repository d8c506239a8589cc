import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { collectGarbage } from '../../runtime/collect-garbage.js';
import { freeBytes } from '../../runtime/free-bytes.js';
import { BLOCK_BYTES } from './seek-table.js';

/** Makes zstd frames (RFC 8878), on other threads. */
export interface ZstdCompressor {
  /** How many blocks it compresses or keeps waiting at a time, usefully. */
  readonly maxPendingBlocks: number;
  /** Memory for a block that `compress` gets. */
  newBlock(sizeBytes: number): Uint8Array;
  /** One frame with the block's size in its header. The block must not change until it settles. */
  compress(block: Uint8Array): Promise<Uint8Array>;
  /** Frees the memory of threads and streams, when all blocks are compressed. A later block needs new ones. */
  close(): void;
}

type StreamCompressor = Pick<ZstdCompressor, 'compress' | 'close'>;

/** Decompresses zstd frames. */
export interface ZstdDecompressor {
  /**
   * Decompresses into the block, and returns how much of it was filled.
   *
   * @param frame exactly one frame; `frameExtent` has checked its structure
   * @throws Error when the frame is damaged, or decompresses to more
   */
  decompress(frame: Uint8Array, block: Uint8Array): number;
  /** Decompresses one frame of any size; undefined when the runtime cannot. It does not report an early end of its input. */
  readonly createDecompressor: (() => Transform) | undefined;
}

/**
 * The lowest level. Of a Kubernetes store, level 1 leaves 36 % and level 3 leaves 34 %, and takes 40 % longer; gzip's level 1 leaves 40 %
 * and takes four times as long.
 */
const LEVEL = 1;

/** The part of `node:zlib` that Node.js has since 22.15. */
interface NativeZstd {
  readonly constants: Readonly<
    Record<'ZSTD_c_compressionLevel' | 'ZSTD_c_checksumFlag' | 'ZSTD_e_end', number>
  >;
  createZstdCompress(options: NativeOptions): Transform;
  zstdCompress(
    data: Uint8Array,
    options: NativeOptions,
    done: (error: Error | null, result: Uint8Array) => void,
  ): void;
  zstdDecompressSync(data: Uint8Array, options: NativeOptions): Uint8Array;
  createZstdDecompress(options?: NativeOptions): Transform;
}

interface NativeOptions {
  readonly params?: Readonly<Record<number, number>>;
  /** Goes into the header of the frame. */
  readonly pledgedSrcSize?: number;
  /** What a stream does at the end of each write. */
  readonly flush?: number;
  readonly chunkSize?: number;
  readonly maxOutputLength?: number;
  readonly readableHighWaterMark?: number;
}

/** The runtime's own zstd, or a WebAssembly build of it where the runtime has none (Node.js before 22.15). */
export async function loadCompressor(): Promise<ZstdCompressor> {
  const native = nativeZstd();
  if (native === undefined) return (await import('./wasm-codec.js')).wasmCompressor(LEVEL);
  return {
    // While one core receives, others are busy.
    maxPendingBlocks: 2,
    newBlock: (sizeBytes) => new Uint8Array(sizeBytes),
    ...('Bun' in globalThis ? compressorOfBun(native) : compressorOfNode(native)),
  };
}

/** Like `loadCompressor`. */
export async function loadDecompressor(): Promise<ZstdDecompressor> {
  const native = nativeZstd();
  if (native === undefined) return (await import('./wasm-codec.js')).wasmDecompressor();
  let bytesSinceCollection = 0;
  return {
    decompress(frame, block) {
      bytesSinceCollection += block.length;
      if (bytesSinceCollection > COLLECT_EVERY_BYTES) {
        bytesSinceCollection = 0;
        collectGarbage();
      }
      const content = native.zstdDecompressSync(frame, {
        // More than is filled: for a chunk that is full, the runtimes allocate another one.
        chunkSize: block.length + MIN_CHUNK_BYTES,
        maxOutputLength: Math.max(block.length, 1),
      });
      block.set(content);
      const { buffer, length } = content;
      freeBytes(new Uint8Array(buffer));
      return length;
    },
    createDecompressor: () => native.createZstdDecompress({ chunkSize: STREAM_CHUNK_BYTES }),
  };
}

function nativeZstd(): NativeZstd | undefined {
  const native = zlib as unknown as NativeZstd;
  return typeof native.zstdDecompressSync === 'function' ? native : undefined;
}

/**
 * Blocks go through a few streams, whose `flush` ends a frame after each. A stream for each block, as `zlib.zstdCompress` makes them, has
 * V8 mark the whole heap after every few blocks, because their contexts count as its memory: 143 times instead of once in 1.5 GB, which
 * takes a quarter of the processor time, and 10 MiB more.
 */
function compressorOfNode({ constants, createZstdCompress }: NativeZstd): StreamCompressor {
  const createStream = () => {
    const stream = createZstdCompress({
      params: paramsOf(constants),
      flush: constants.ZSTD_e_end,
      chunkSize: COMPRESSED_CHUNK_BYTES,
      readableHighWaterMark: MAX_FRAME_BYTES,
    });
    // The callback of the write gets the error too.
    return stream.on('error', () => undefined);
  };
  const idle: Transform[] = [];
  return {
    compress: (block) =>
      new Promise((resolve, reject) => {
        const stream = idle.pop() ?? createStream();
        stream.write(block, (error) => {
          if (error) return reject(error);
          idle.push(stream);
          resolve(stream.read());
        });
      }),
    close: () => {
      for (const stream of idle.splice(0)) stream.destroy();
    },
  };
}

/** Bun 1.4.5 reports that a write is done when a chunk is full, even if not all of the frame is there. */
function compressorOfBun({ constants, zstdCompress }: NativeZstd): StreamCompressor {
  const params = paramsOf(constants);
  return {
    compress: (block) =>
      new Promise((resolve, reject) => {
        const options = { params, pledgedSrcSize: block.length, chunkSize: COMPRESSED_CHUNK_BYTES };
        zstdCompress(block, options, (error, frame) => (error ? reject(error) : resolve(frame)));
      }),
    close: () => undefined,
  };
}

function paramsOf({ ZSTD_c_compressionLevel, ZSTD_c_checksumFlag }: NativeZstd['constants']) {
  return { [ZSTD_c_compressionLevel]: LEVEL, [ZSTD_c_checksumFlag]: 1 };
}

/** More than a block can become: zstd adds a few bytes to blocks that it cannot compress. */
const MAX_FRAME_BYTES = 2 * BLOCK_BYTES;
/** The runtimes reject smaller chunks. */
const MIN_CHUNK_BYTES = 1024;
/** Each call makes a context of zstd, whose memory the runtimes keep until a collection. */
const COLLECT_EVERY_BYTES = 128 << 20;
/** Most blocks need one of these. */
const COMPRESSED_CHUNK_BYTES = 256 << 10;
const STREAM_CHUNK_BYTES = 256 << 10;
