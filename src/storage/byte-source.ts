import { constants, fstatSync, openSync, readSync } from 'node:fs';
import { systemPath } from '../go/file-path.js';
import { CommandError, CorruptFileError } from '../model/errors.js';
import { closeQuietly, systemCall } from './system-call.js';

/**
 * Random access to bytes, read on demand. Reading is synchronous: a database is read a page at a time, and reading a page from
 * the system's cache takes 4 µs this way, but 38 µs through the thread pool.
 */
export interface ByteSource {
  /** For error messages. */
  readonly path: string;
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes, valid until the next `read`. Throws `CorruptFileError` when the source is shorter; no memory is
   * allocated then.
   */
  read(offset: number, length: number): Uint8Array;
}

/** The size of a read. It starts at the minimum and doubles, up to the maximum, while reads are sequential. */
const MIN_READ_BYTES = 8 << 10;
const MAX_READ_AHEAD_BYTES = 1 << 20;
/** Reads with gaps up to this size are sequential too: reading 16 KiB more takes as long as another call. */
const MAX_GAP_BYTES = 16 << 10;

/** A regular file. Its size is taken when it is opened. Buffers at most 1 MiB, or the longest single read if that is more. */
export class FileByteSource implements ByteSource {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #descriptor: number;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #windowLength = 0;
  #readAheadBytes = MIN_READ_BYTES;

  private constructor(path: string, descriptor: number, sizeBytes: number) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#descriptor = descriptor;
  }

  /** Opens for reading. Throws a `CommandError` with the system's error text: `open x: no such file or directory`. */
  static open(path: string): FileByteSource {
    // O_NONBLOCK: opening a named pipe would otherwise block until it has a writer.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const descriptor = systemCall('open', path, () => openSync(systemPath(path), flags));
    try {
      return FileByteSource.over(descriptor, path);
    } catch (error) {
      closeQuietly(descriptor);
      throw error;
    }
  }

  /** Reads an open file, which `close` closes. The path is for error messages. */
  static over(descriptor: number, path: string): FileByteSource {
    const status = systemCall('stat', path, () => fstatSync(descriptor));
    if (!status.isFile()) throw new CommandError(`open ${path}: not a regular file`);
    return new FileByteSource(path, descriptor, status.size);
  }

  read(offset: number, length: number): Uint8Array {
    checkBounds(this, offset, length);
    const isInWindow =
      offset >= this.#windowStart && offset + length <= this.#windowStart + this.#windowLength;
    if (!isInWindow) this.#moveWindow(offset, length);
    const start = offset - this.#windowStart;
    return this.#window.subarray(start, start + length);
  }

  close(): void {
    closeQuietly(this.#descriptor);
  }

  #moveWindow(offset: number, length: number): void {
    const gap = offset - (this.#windowStart + this.#windowLength);
    const isSequential = this.#windowLength > 0 && gap <= MAX_GAP_BYTES && offset >= this.#windowStart;
    this.#readAheadBytes = isSequential
      ? Math.min(this.#readAheadBytes * 2, MAX_READ_AHEAD_BYTES)
      : MIN_READ_BYTES;
    const wanted = Math.min(Math.max(length, this.#readAheadBytes), this.sizeBytes - offset);
    if (this.#window.length < wanted) {
      this.#window = new Uint8Array(0);
      this.#window = new Uint8Array(Math.max(wanted, Math.min(2 * wanted, MAX_READ_AHEAD_BYTES)));
    }
    this.#windowLength = 0;
    this.#windowStart = offset;
    this.#fill(offset, wanted, length);
  }

  /** Reads up to `wanted` bytes into the window, and at least `needed`. */
  #fill(offset: number, wanted: number, needed: number): void {
    while (this.#windowLength < needed) {
      const start = this.#windowLength;
      const count = this.#readSome(start, wanted - start, offset + start);
      if (count === 0) throw new CorruptFileError('the file became shorter', this.path, offset + start);
      this.#windowLength += count;
    }
  }

  #readSome(start: number, length: number, position: number): number {
    const count = Math.min(length, MAX_BYTES_PER_CALL);
    return systemCall('read', this.path, () =>
      readSync(this.#descriptor, this.#window, start, count, position),
    );
  }
}

/** Systems reject reads of 2 GiB or more. */
const MAX_BYTES_PER_CALL = 1 << 30;

/** Throws `CorruptFileError` when the range is not within the source. */
export function checkBounds(source: ByteSource, offset: number, length: number): void {
  if (offset + length > source.sizeBytes) {
    throw new CorruptFileError(
      `the file ends at byte ${source.sizeBytes}, where ${length} bytes from ${offset} on are needed`,
      source.path,
      source.sizeBytes,
    );
  }
}
