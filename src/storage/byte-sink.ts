import { fsync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemPath } from '../go/file-path.js';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';
import { attempt, closeQuietly } from './system-call.js';

/** A file under construction. Arguments are read before the calls return. */
export interface ByteSink {
  /** Bytes appended so far. */
  readonly position: number;
  append(bytes: Uint8Array): void;
  /** Replaces bytes that have been appended before. */
  overwrite(offset: number, bytes: Uint8Array): void;
}

const BUFFER_BYTES = 1 << 20;
/** Owner only: the contents of a cluster are secrets. */
const PRIVATE_MODE = 0o600;

/** A new file, written in blocks of 1 MiB. Fails with `CommandError`s that carry the system's words. */
export class FileByteSink implements ByteSink {
  readonly path: string;
  readonly #descriptor: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #buffered = 0;
  #written = 0;
  #isOpen = true;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  /** The file must not exist: nothing is replaced, and no planted link followed. */
  static create(path: string, mode = PRIVATE_MODE): FileByteSink {
    return new FileByteSink(
      path,
      attempt('open', path, () => openSync(systemPath(path), 'wx', mode)),
    );
  }

  get position(): number {
    return this.#written + this.#buffered;
  }

  append(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > BUFFER_BYTES) this.#flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#write(bytes, this.#written);
      this.#written += bytes.length;
      return;
    }
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  overwrite(offset: number, bytes: Uint8Array): void {
    this.#flush();
    this.#write(bytes, offset);
  }

  /** Makes the file larger by zeros that take no space where the file system knows how. */
  extend(sizeBytes: number): void {
    this.#flush();
    attempt('truncate', this.path, () => ftruncateSync(this.#descriptor, sizeBytes));
  }

  /** All bytes are on disk when this settles. */
  async sync(): Promise<void> {
    this.#flush();
    try {
      await promisify(fsync)(this.#descriptor);
    } catch (cause) {
      throw new CommandError(pathErrorText('sync', this.path, cause), { cause });
    }
  }

  /** Drops what is still buffered: call `sync` first, which tells what went wrong. Harmless when closed, and never throws. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeQuietly(this.#descriptor);
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#buffered), this.#written);
    this.#written += this.#buffered;
    this.#buffered = 0;
  }

  #write(bytes: Uint8Array, position: number): void {
    attempt('write', this.path, () => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
      }
    });
  }
}
