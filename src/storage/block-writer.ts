import type { FileHandle } from 'node:fs/promises';

/** Gathered before a write: a write per network message would spend more time on changing threads than on writing. */
const BLOCK_BYTES = 2 ** 20;

/** Handed to the disk while the rest is still coming, so that little is left for the sync at the end. */
const SYNC_EVERY_BYTES = 64 * 2 ** 20;

/**
 * Appends to a file in blocks, one of which may be on its way while the next one is gathered. Chunks are not copied: they must
 * stay unchanged until they are written. Once a write has failed, every call rejects with that failure.
 */
export class BlockWriter {
  readonly #handle: FileHandle;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #unsyncedBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Nothing when the chunk was only gathered; else settles when the file can take more. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    return this.#gatheredBytes < BLOCK_BYTES ? undefined : this.#writeGathered();
  }

  /** All that was appended is written when this settles, and the sync that may be under way is over. */
  async finish(): Promise<void> {
    await this.#writeGathered();
    await this.#writing;
    await this.#syncing;
  }

  async #writeGathered(): Promise<void> {
    const chunks = this.#gathered;
    const sizeBytes = this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.#writing;
    this.#writing = this.#write(chunks, sizeBytes);
    // It is told by the next call; until then nobody listens.
    this.#writing.catch(() => undefined);
  }

  async #write(chunks: readonly Uint8Array[], sizeBytes: number): Promise<void> {
    const { bytesWritten } = await this.#handle.writev(chunks);
    if (bytesWritten < sizeBytes) await this.#writeRest(Buffer.concat(chunks, sizeBytes), bytesWritten);
    this.#unsyncedBytes += sizeBytes;
    if (this.#unsyncedBytes >= SYNC_EVERY_BYTES) this.#startSync();
  }

  /** A system may write less than it was given, when the disk fills up for one. */
  async #writeRest(bytes: Uint8Array, from: number): Promise<void> {
    for (let offset = from; offset < bytes.length; ) {
      offset += (await this.#handle.write(bytes, offset)).bytesWritten;
    }
  }

  /** Not awaited; a failure is reported by `finish`, for the system tells it only once. */
  #startSync(): void {
    if (this.#syncing !== undefined) return;
    this.#unsyncedBytes = 0;
    const syncing = this.#handle.datasync().then(() => {
      this.#syncing = undefined;
    });
    syncing.catch(() => undefined);
    this.#syncing = syncing;
  }
}
