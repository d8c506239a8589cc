import type { ByteSink } from '../../../src/storage/byte-sink.js';
import { type ByteSource, checkBounds } from '../../../src/storage/byte-source.js';

/** Bytes in memory. */
export class MemoryByteSource implements ByteSource {
  readonly #bytes: Uint8Array;

  constructor(
    bytes: Uint8Array,
    readonly path = 'memory',
  ) {
    this.#bytes = bytes;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    checkBounds(this, offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }
}

/** Enforces the contract of `read`: the next read overwrites the array that the previous one has returned. */
export class StrictByteSource implements ByteSource {
  readonly #source: MemoryByteSource;
  #lent = new Uint8Array(0);

  constructor(
    bytes: Uint8Array,
    readonly path = 'strict',
  ) {
    this.#source = new MemoryByteSource(bytes, path);
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  read(offset: number, length: number): Uint8Array {
    this.#lent.fill(0xee);
    this.#lent = new Uint8Array(this.#source.read(offset, length));
    return this.#lent;
  }
}

/** Replaces a disk, so it allocates memory in a way that fuzz/allocation-meter.ts does not count. */
export class MemoryByteSink implements ByteSink {
  #bytes = Buffer.allocUnsafeSlow(1 << 16);
  position = 0;

  append(bytes: Uint8Array): void {
    if (this.position + bytes.length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * (this.position + bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  overwrite(offset: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, offset);
  }

  get bytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.position);
  }
}
