import { fsync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemPath } from '../go/file-path.js';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';
import { closeQuietly, systemCall } from './system-call.js';

/** A file that is being written. The caller may reuse an array after the call that it was passed to returns. */
export interface ByteSink {
  /** Bytes appended so far. */
  readonly position: number;
  append(bytes: Uint8Array): void;
  /** Overwrites bytes that were appended earlier. */
  overwrite(offset: number, bytes: Uint8Array): void;
}

const BUFFER_BYTES = 1 << 20;
/** Readable by the owner only: a database can contain secrets. */
const PRIVATE_MODE = 0o600;

/** A new file, written in blocks of 1 MiB. Throws `CommandError` with the system's error text. */
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

  /** The file must not exist: no file is replaced and no symbolic link followed (O_EXCL). */
  static create(path: string, mode = PRIVATE_MODE): FileByteSink {
    return new FileByteSink(
      path,
      systemCall('open', path, () => openSync(systemPath(path), 'wx', mode)),
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

  /** Extends the file with zeros, as a hole where the file system supports that. */
  extend(sizeBytes: number): void {
    this.#flush();
    systemCall('truncate', this.path, () => ftruncateSync(this.#descriptor, sizeBytes));
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

  /** Discards what is still buffered: call `sync` before, which reports errors. May be called twice; never throws. */
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
    systemCall('write', this.path, () => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
      }
    });
  }
}
