import type { Stats } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { parentPath, systemPath } from '../go/file-path.js';
import { pathErrorText, systemErrorText } from '../go/system-error.js';
import { CommandError, type FailureOptions } from '../model/errors.js';
import { linkTarget, statOf, syncDirectory } from './directory.js';

/** Readable by the owner only: a snapshot can contain secrets. */
const PRIVATE_MODE = 0o600;

/**
 * A file that is either complete and on disk, or not there at all. It is written as `<path>.part` and renamed by `commit`; until then an
 * older file at the path is unchanged. Failures are `CommandError`s in etcdctl's words.
 */
export class AtomicFile {
  readonly #handle: FileHandle;
  readonly #writer: BlockWriter;
  readonly #path: string;
  #isOpen = true;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
    this.#writer = new BlockWriter(handle);
  }

  /**
   * The path may name a regular file or a symbolic link; the rename replaces it. Throws a `CommandError` for all other types of files,
   * because the rename would replace a device or a pipe too.
   */
  static async create(path: string): Promise<AtomicFile> {
    rejectSpecialFile(path);
    const partPath = `${path}.part`;
    try {
      // Removes what a killed process left behind. `wx` (O_EXCL) does not follow a symbolic link that someone else has put there.
      await unlink(systemPath(partPath)).catch(ignoreMissing);
      return new AtomicFile(path, await open(systemPath(partPath), 'wx', PRIVATE_MODE));
    } catch (cause) {
      throw new CommandError(`could not open ${partPath} (${pathErrorText('open', partPath, cause)})`, {
        cause,
      });
    }
  }

  get partPath(): string {
    return `${this.#path}.part`;
  }

  /** Appends the chunk, which must not change from now on. Returns a promise to await when the buffer is full. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    const written = this.#writer.append(chunk);
    return written && this.#withPathError(written);
  }

  /** Settles when all appended bytes are written, though not yet synced. */
  flush(): Promise<void> {
    return this.#withPathError(this.#writer.flush());
  }

  /** Syncs the file, renames it to its path and syncs the directory. */
  async commit(): Promise<void> {
    await this.flush();
    await this.#attempt('could not fsync snapshot: sync', () => this.#handle.sync());
    await this.#requireOwnPartFile();
    this.#isOpen = false;
    await this.#attempt('could not close file descriptor: close', () => this.#handle.close());
    try {
      await rename(systemPath(this.partPath), systemPath(this.#path));
    } catch (cause) {
      throw this.#renameError(systemErrorText(cause), { cause });
    }
    await syncDirectory(parentPath(this.#path));
  }

  /** Closes and removes the part file, unless another process has replaced it. Never throws: it runs after a failure, which is the one to report. */
  async discard(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false;
      // The handle must not be closed while a write is in progress.
      await this.#writer.flush().catch(() => undefined);
      const { kind } = await this.#partFileState();
      await this.#handle.close().catch(() => undefined);
      if (kind === 'replaced') return;
    }
    await unlink(systemPath(this.partPath)).catch(() => undefined);
  }

  async #withPathError(write: Promise<void>): Promise<void> {
    try {
      await write;
    } catch (cause) {
      throw new CommandError(pathErrorText('write', this.partPath, cause), { cause });
    }
  }

  async #attempt(what: string, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (cause) {
      throw new CommandError(`${what} ${this.partPath}: ${systemErrorText(cause)}`, { cause });
    }
  }

  /** Throws when the part file was removed, or when another process that saves to the same path has replaced it. */
  async #requireOwnPartFile(): Promise<void> {
    const part = await this.#partFileState();
    if (part.kind === 'own') return;
    if (part.kind === 'removed') {
      const reason = `${this.partPath} was removed while the snapshot was written to it`;
      throw this.#renameError('no such file or directory', { reasons: [reason] });
    }
    throw this.#renameError(
      part.kind === 'unknown' ? systemErrorText(part.cause) : 'another program is writing to the same file',
    );
  }

  #renameError(why: string, options: FailureOptions = {}): CommandError {
    const names = `${this.partPath} ${this.#path}`;
    return new CommandError(
      `could not rename ${this.partPath} to ${this.#path} (rename ${names}: ${why})`,
      options,
    );
  }

  /** What has the name of the part file now. */
  async #partFileState(): Promise<PartFileState> {
    try {
      const own = await this.#handle.stat({ bigint: true });
      const current = await stat(systemPath(this.partPath), { bigint: true });
      return { kind: own.ino === current.ino && own.dev === current.dev ? 'own' : 'replaced' };
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? { kind: 'removed' }
        : { kind: 'unknown', cause };
    }
  }
}

type PartFileState =
  | { readonly kind: 'own' | 'replaced' | 'removed' }
  | { readonly kind: 'unknown'; readonly cause: unknown };

function rejectSpecialFile(path: string): void {
  const target = statOf(path);
  if (target === undefined) return;
  const what = target.isFile() ? descriptorLink(path) : fileTypeOf(target);
  if (what === undefined) return;
  throw new CommandError(`could not save to ${path} (it is ${what})`, {
    reasons: target.isDirectory()
      ? [`give the name of a file in it, such as ${path.replace(/\/*$/, '/')}snapshot.db`]
      : [`the complete snapshot is renamed to this path, which would replace ${what}`],
  });
}

/** A link such as /dev/stdout, which leads to an open descriptor. */
function descriptorLink(path: string): string | undefined {
  return linkTarget(path)?.startsWith('/proc/') ? 'a link to an open file' : undefined;
}

function fileTypeOf(target: Stats): string {
  if (target.isDirectory()) return 'a directory';
  if (target.isFIFO()) return 'a named pipe';
  return target.isSocket() ? 'a socket' : 'a device';
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Buffered before a write: with one write for each network message, the thread pool would cost more time than the writes. */
const BLOCK_BYTES = 2 ** 20;

/** Synced while more bytes are received, so that the final sync has little left to do. */
const SYNC_EVERY_BYTES = 64 * 2 ** 20;

/**
 * Appends to a file in blocks. One block is written while the next one is buffered. Chunks are not copied: they must not change until they
 * are written. After a failed write, every call rejects with its error.
 */
export class BlockWriter {
  readonly #handle: FileHandle;
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  #unsyncedBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Returns undefined when the chunk was only buffered; else a promise that settles when more can be appended. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    this.#buffered.push(chunk);
    this.#bufferedBytes += chunk.length;
    return this.#bufferedBytes < BLOCK_BYTES ? undefined : this.#writeBuffered();
  }

  /** Settles when everything is written and no sync is running. */
  async flush(): Promise<void> {
    await this.#writeBuffered();
    await this.#writing;
    await this.#syncing;
  }

  async #writeBuffered(): Promise<void> {
    const chunks = this.#buffered;
    const sizeBytes = this.#bufferedBytes;
    this.#buffered = [];
    this.#bufferedBytes = 0;
    await this.#writing;
    this.#writing = this.#write(chunks, sizeBytes);
    // The next call reports the failure. Until then the rejection counts as unhandled without this.
    this.#writing.catch(() => undefined);
  }

  async #write(chunks: readonly Uint8Array[], sizeBytes: number): Promise<void> {
    const { bytesWritten } = await this.#handle.writev(chunks);
    if (bytesWritten < sizeBytes) await this.#writeRest(Buffer.concat(chunks, sizeBytes), bytesWritten);
    this.#unsyncedBytes += sizeBytes;
    if (this.#unsyncedBytes >= SYNC_EVERY_BYTES) this.#startSync();
  }

  /** `write` can write less than it was given, for example when the disk becomes full. */
  async #writeRest(bytes: Uint8Array, from: number): Promise<void> {
    for (let offset = from; offset < bytes.length; ) {
      offset += (await this.#handle.write(bytes, offset)).bytesWritten;
    }
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
