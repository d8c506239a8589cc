import { freeBytes } from '../../runtime/free-bytes.js';
import type { SnapshotTarget } from '../snapshot/target.js';
import { BLOCK_BYTES, encodeSeekTable, type FrameSizes } from './seek-table.js';
import type { ZstdCompressor } from './zstd-codec.js';

/**
 * Compresses a snapshot into the seekable format while it arrives. The last block, which contains the snapshot's checksum, and the table
 * are not written before `finish`.
 */
export class SeekableWriter implements SnapshotTarget {
  readonly #compressor: ZstdCompressor;
  readonly #target: SnapshotTarget;
  readonly #frames: FrameSizes[] = [];
  /** In the order of the blocks. */
  readonly #pending: Promise<void>[] = [];
  #written: Promise<void> = Promise.resolve();
  /** Blocks that are compressed and can be filled again. */
  readonly #free: Uint8Array[] = [];
  #block: Uint8Array;
  #blockLength = 0;

  /** @param target gets frames; finished when this is */
  constructor(compressor: ZstdCompressor, target: SnapshotTarget) {
    this.#compressor = compressor;
    this.#target = target;
    this.#block = compressor.newBlock(BLOCK_BYTES);
  }

  /** The caller may reuse the chunk. Returns a promise to await when enough blocks are being compressed. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    for (let offset = 0; offset < chunk.length; ) {
      if (this.#blockLength === BLOCK_BYTES) this.#startBlock();
      const part = chunk.subarray(offset, offset + BLOCK_BYTES - this.#blockLength);
      this.#block.set(part, this.#blockLength);
      this.#blockLength += part.length;
      offset += part.length;
    }
    const { maxPendingBlocks } = this.#compressor;
    return this.#pending.length < maxPendingBlocks ? undefined : this.#settle(maxPendingBlocks - 1);
  }

  /** Settles when all complete blocks but the last one are written. */
  async flush(): Promise<void> {
    await this.#settle(0);
    await this.#target.flush();
  }

  /** Writes the last block and the table, and finishes the target. */
  async finish(): Promise<void> {
    if (this.#blockLength > 0) this.#startBlock();
    await this.#settle(0);
    this.#compressor.close();
    await this.#target.append(encodeSeekTable(this.#frames));
    await this.#target.finish();
  }

  #startBlock(): void {
    const block = this.#block;
    const content = block.subarray(0, this.#blockLength);
    this.#block = this.#free.pop() ?? this.#compressor.newBlock(BLOCK_BYTES);
    this.#blockLength = 0;
    const compressed = this.#compressor.compress(content);
    const written = this.#written.then(async () => {
      const frame = await compressed;
      this.#free.push(block);
      this.#frames.push({ frameBytes: frame.length, contentBytes: content.length });
      await this.#target.append(frame);
      freeBytes(frame);
    });
    // `append` or `finish` reports a failure. Until then the rejections count as unhandled without this.
    compressed.catch(() => undefined);
    written.catch(() => undefined);
    this.#written = written;
    this.#pending.push(written);
  }

  async #settle(allowed: number): Promise<void> {
    while (this.#pending.length > allowed) await this.#pending.shift();
  }
}
