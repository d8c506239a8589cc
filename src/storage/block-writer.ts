import type { FileHandle } from 'node:fs/promises';
import { Block } from './block.js';

/** Buffered before a write: with one write for each network message, the thread pool would cost more time than the writes. */
const BLOCK_BYTES = 2 ** 20;

/** Synced while more bytes are received, so that the final sync has little left to do. */
const SYNC_EVERY_BYTES = 64 * 2 ** 20;

/**
 * Appends to a file in blocks. One block is written while the next one is filled. After a failed write, every call that needs one rejects
 * with its error. Calls may overlap: each takes effect after those before it.
 */
export class BlockWriter {
  readonly #handle: FileHandle;
  #block = new Block(BLOCK_BYTES);
  /** It may still be being written. */
  #nextBlock = new Block(BLOCK_BYTES);
  #unsyncedBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  /** Calls that have not settled. */
  #running = 0;
  /** Settles when all of them have, and never rejects. */
  #lastCall: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** See `AtomicFile.append`. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#running > 0 || this.#isStopped) return this.#inTurn(() => this.#append(chunk));
    const rest = this.#block.add(chunk);
    return rest.length === 0 ? undefined : this.#inTurn(() => this.#append(rest));
  }

  /** Settles when everything is written and no sync is running. */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#writeBlock();
      await this.#writing;
      await this.#syncing;
    });
  }

  /** Settles when nothing uses the file any more: all calls that have not begun, and later ones, reject. Never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#lastCall;
    await Promise.allSettled([this.#writing]);
    await Promise.allSettled([this.#syncing]);
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#running++;
    const done = this.#lastCall.then(async () => {
      try {
        if (this.#isStopped) throw new Error('file already closed');
        await step();
      } finally {
        this.#running--;
      }
    });
    this.#lastCall = done.catch(() => undefined);
    return done;
  }

  async #append(chunk: Uint8Array): Promise<void> {
    let rest = this.#block.add(chunk);
    while (rest.length > 0) {
      await this.#writeBlock();
      rest = this.#block.add(rest);
    }
  }

  /** Starts to write the block when the one before is written. */
  async #writeBlock(): Promise<void> {
    await this.#writing;
    const full = this.#block;
    [this.#block, this.#nextBlock] = [this.#nextBlock, this.#block];
    this.#block.clear();
    this.#writing = this.#write(full.contents);
    // The next call reports the failure. Until then the rejection counts as unhandled without this.
    this.#writing.catch(() => undefined);
  }

  /** `write` can write less than it was given, for example when the disk becomes full. */
  async #write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      offset += (await this.#handle.write(bytes, offset)).bytesWritten;
    }
    this.#unsyncedBytes += bytes.length;
    if (this.#unsyncedBytes >= SYNC_EVERY_BYTES) this.#startSync();
  }

  /** Not awaited. `flush` reports a failure, because the system reports it only once. */
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
