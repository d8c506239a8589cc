import { CorruptFileError } from '../../model/errors.js';
import { type ByteSource, checkBounds } from '../byte-source.js';
import { TemporaryFile } from '../temporary-file.js';
import { FrameError, frameExtent } from './frame.js';
import type { SeekTable } from './seek-table.js';
import type { ZstdDecompressor } from './zstd-codec.js';

/**
 * Decompressed blocks are kept up to this size: pages of a database that are read together are often not in one block. With 16 MiB, the
 * blocks of a store that was filled at once are decompressed once, with 4 MiB 1.2 times.
 */
const CACHE_BYTES = 16 << 20;

/** Verification reads a snapshot twice in the order of the file. */
const MAX_PASSES = 4;

/** Decompressed blocks in a file. */
interface Copy {
  readonly file: TemporaryFile;
  readonly blocks: Set<number>;
}

/** A snapshot in a file of the seekable format. Offsets and the size are those of the decompressed bytes. */
export class SeekableSource implements ByteSource {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #file: ByteSource;
  readonly #table: SeekTable;
  readonly #decompressor: ZstdDecompressor;
  /** By block number; the least recently used first. */
  readonly #cache = new Map<number, Uint8Array>();
  #cachedBytes = 0;
  #decompressedBytes = 0;
  #copy: Copy | 'none' | 'impossible' = 'none';
  /** A read across the end of a block is assembled here. */
  #joined = new Uint8Array(0);

  constructor(file: ByteSource, table: SeekTable, decompressor: ZstdDecompressor) {
    this.path = file.path;
    this.#file = file;
    this.#table = table;
    this.#decompressor = decompressor;
    this.sizeBytes = table.contentOffsets.at(-1) as number;
  }

  read(offset: number, length: number): Uint8Array {
    checkBounds(this, offset, length);
    if (length === 0) return this.#joined.subarray(0, 0);
    const index = this.#blockAt(offset);
    const start = offset - this.#contentOffset(index);
    const block = this.#block(index);
    if (start + length <= block.length) return block.subarray(start, start + length);
    return this.#join(index, start, length);
  }

  #join(first: number, start: number, length: number): Uint8Array {
    if (this.#joined.length < length) this.#joined = new Uint8Array(length);
    let done = 0;
    for (let index = first; done < length; index++) {
      const from = index === first ? start : 0;
      const part = this.#block(index).subarray(from, from + length - done);
      this.#joined.set(part, done);
      done += part.length;
    }
    return this.#joined.subarray(0, length);
  }

  #contentOffset(index: number): number {
    return this.#table.contentOffsets[index] as number;
  }

  /** The last block that begins at the offset or before it. */
  #blockAt(offset: number): number {
    let low = 0;
    let high = this.#table.contentOffsets.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#contentOffset(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #block(index: number): Uint8Array {
    const cached = this.#cache.get(index);
    const block = cached ?? this.#load(index);
    this.#cache.delete(index);
    this.#cache.set(index, block);
    return block;
  }

  close(): void {
    if (typeof this.#copy === 'object') this.#copy.file.close();
  }

  /**
   * The pages of a database that has been used for long are in no order, and a block would be decompressed for each. When that has
   * happened often, decompressed blocks are also kept in a temporary file, if there is room for it.
   */
  #load(index: number): Uint8Array {
    const [offset, end] = [this.#contentOffset(index), this.#contentOffset(index + 1)];
    const block = this.#roomFor(end - offset);
    if (typeof this.#copy === 'object' && this.#copy.blocks.has(index)) {
      this.#copy.file.read(offset, block);
    } else {
      this.#decompress(index, block);
      this.#keep(index, block);
    }
    this.#cachedBytes += block.length;
    return block;
  }

  /** Memory for a block: that of the least recently used one, when the cache is full. */
  #roomFor(sizeBytes: number): Uint8Array {
    let memory: ArrayBufferLike | undefined;
    for (const [oldest, block] of this.#cache) {
      if (this.#cachedBytes + sizeBytes <= CACHE_BYTES) break;
      this.#cache.delete(oldest);
      this.#cachedBytes -= block.length;
      memory = block.buffer;
    }
    return memory?.byteLength === sizeBytes ? new Uint8Array(memory) : new Uint8Array(sizeBytes);
  }

  #keep(index: number, block: Uint8Array): void {
    this.#decompressedBytes += block.length;
    if (this.#copy === 'none' && this.#decompressedBytes > MAX_PASSES * this.sizeBytes) {
      this.#copy = this.#createCopy();
    }
    if (typeof this.#copy !== 'object') return;
    try {
      this.#copy.file.write(this.#contentOffset(index), block);
      this.#copy.blocks.add(index);
    } catch {
      this.#copy.file.close();
      this.#copy = 'impossible';
    }
  }

  #createCopy(): Copy | 'impossible' {
    try {
      const file = TemporaryFile.create({ purpose: 'keep decompressed blocks', advice: '' });
      if (file.maxBytes >= this.sizeBytes) return { file, blocks: new Set() };
      file.close();
    } catch {
      // Slower without it.
    }
    return 'impossible';
  }

  #decompress(index: number, block: Uint8Array): void {
    const offset = this.#table.frameOffsets[index] as number;
    const lengthBytes = (this.#table.frameOffsets[index + 1] as number) - offset;
    this.#checkFrame(offset, lengthBytes, block.length);
    let sizeBytes: number;
    try {
      sizeBytes = this.#decompressor.decompress(this.#file.read(offset, lengthBytes), block);
    } catch (cause) {
      if (cause instanceof CorruptFileError) throw cause;
      throw this.#damaged(offset, cause instanceof Error ? cause.message : String(cause));
    }
    if (sizeBytes !== block.length) {
      throw this.#damaged(offset, `it has ${sizeBytes} of ${block.length} bytes`);
    }
  }

  /** The frame must be as long as the table says and must not claim to decompress to more: memory is allocated for that. */
  #checkFrame(offset: number, lengthBytes: number, sizeBytes: number): void {
    try {
      const frame = frameExtent(this.#file, offset);
      const isAsInTable =
        frame.kind === 'data' &&
        frame.lengthBytes === lengthBytes &&
        (frame.contentBytes ?? BigInt(sizeBytes)) === BigInt(sizeBytes);
      if (!isAsInTable) throw this.#damaged(offset, 'its size is not that in the table of blocks');
    } catch (cause) {
      if (!(cause instanceof FrameError)) throw cause;
      throw this.#damaged(cause.offset, cause.message);
    }
  }

  #damaged(offset: number, reason: string): CorruptFileError {
    return new CorruptFileError(`a compressed block is damaged: ${reason}`, this.path, offset);
  }
}
