import { Block } from '../block.js';

/** Where a snapshot is written while it arrives. A chunk may be reused when the target can take the next one. */
export interface SnapshotTarget {
  /** Returns a promise to await when the target cannot take more. */
  append(chunk: Uint8Array): Promise<void> | undefined;
  /** Settles when everything that may be written before `finish` is written. */
  flush(): Promise<void>;
  /** Writes the end. Called once, when the checksum is verified. */
  finish(): Promise<void>;
}

/**
 * The last bytes of a snapshot are written only after its checksum is verified. Every check rejects a file that ends before them: a page
 * of the database is missing. They are a whole number of disk sectors, so that such a file still has the size of a database with a
 * checksum, and its last 32 bytes are not the right one.
 */
const HELD_BACK_BYTES = 64 << 10;

/** Writes to a stream, which cannot be taken back: the end is held back until `finish`. */
export class StreamTarget implements SnapshotTarget {
  readonly #next: SnapshotTarget;
  /** The last bytes so far. */
  readonly #held = Buffer.allocUnsafe(HELD_BACK_BYTES);
  #heldBytes = 0;

  /** @param next finished when this is */
  constructor(next: SnapshotTarget) {
    this.#next = next;
  }

  async append(chunk: Uint8Array): Promise<void> {
    const surplus = this.#heldBytes + chunk.length - HELD_BACK_BYTES;
    const fromHeld = Math.min(Math.max(0, surplus), this.#heldBytes);
    const fromChunk = Math.max(0, surplus - fromHeld);
    if (fromHeld > 0) await this.#next.append(this.#held.subarray(0, fromHeld));
    if (fromChunk > 0) await this.#next.append(chunk.subarray(0, fromChunk));
    this.#held.copyWithin(0, fromHeld, this.#heldBytes);
    this.#held.set(chunk.subarray(fromChunk), this.#heldBytes - fromHeld);
    this.#heldBytes += chunk.length - fromHeld - fromChunk;
  }

  flush(): Promise<void> {
    return this.#next.flush();
  }

  async finish(): Promise<void> {
    await this.#next.append(this.#held.subarray(0, this.#heldBytes));
    await this.#next.finish();
  }
}

/** Joins chunks to blocks, because each write costs more than a copy. */
export class BlockTarget implements SnapshotTarget {
  readonly #write: (block: Uint8Array) => Promise<void>;
  readonly #block = new Block(BLOCK_BYTES);

  /** @param write when it settles, the block is filled again */
  constructor(write: (block: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  append(chunk: Uint8Array): Promise<void> | undefined {
    const rest = this.#block.add(chunk);
    return rest.length === 0 ? undefined : this.#appendRest(rest);
  }

  async flush(): Promise<void> {
    const { contents } = this.#block;
    if (contents.length === 0) return;
    await this.#write(contents);
    this.#block.clear();
  }

  finish(): Promise<void> {
    return this.flush();
  }

  async #appendRest(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0; rest = this.#block.add(rest)) await this.flush();
  }
}

const BLOCK_BYTES = 256 << 10;
