import type { Stats } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { parentPath, systemPath } from '../go/file-path.js';
import { pathErrorText, systemErrorText } from '../go/system-error.js';
import { CommandError, type FailureOptions } from '../model/errors.js';
import { linkAt, statOf, syncDirectory } from './directory.js';

/** Owner only: the contents of a cluster are secrets. */
const PRIVATE_MODE = 0o600;

/**
 * A file that appears whole and on disk, or not at all. It grows as `<path>.part`; until `commit` an older file at the
 * path stays as it is. Failures are `CommandError`s worded as etcdctl words them.
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
   * What is at the path must be a regular file or a link, which goes when the new file comes. Throws a `CommandError` for
   * everything else: a device would be lost.
   */
  static async create(path: string): Promise<AtomicFile> {
    rejectOddTarget(path);
    const partPath = `${path}.part`;
    try {
      // Whatever a killed predecessor left there goes; a new file never follows a link that somebody planted.
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

  /** Appends the chunk, which must stay unchanged from now on; a promise when the file cannot take more at once. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    const written = this.#writer.append(chunk);
    return written && this.#written(written);
  }

  /** Settles when the system has taken all that was appended. */
  written(): Promise<void> {
    return this.#written(this.#writer.finish());
  }

  /** Bytes and name are on disk when this settles. */
  async commit(): Promise<void> {
    await this.written();
    await this.#attempt('could not fsync snapshot: sync', () => this.#handle.sync());
    await this.#rejectStranger();
    this.#isOpen = false;
    await this.#attempt('could not close file descriptor: close', () => this.#handle.close());
    try {
      await rename(systemPath(this.partPath), systemPath(this.#path));
    } catch (cause) {
      throw this.#notRenamed(systemErrorText(cause), { cause });
    }
    await syncDirectory(parentPath(this.#path));
  }

  /** Leaves nothing behind. Harmless after `commit`, and never throws: the failure before it is the one to report. */
  async discard(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false;
      // The handle must not be closed under a write.
      await this.#writer.finish().catch(() => undefined);
      const { kind } = await this.#part();
      await this.#handle.close().catch(() => undefined);
      if (kind === 'strange') return;
    }
    await unlink(systemPath(this.partPath)).catch(() => undefined);
  }

  async #written(write: Promise<void>): Promise<void> {
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

  /** The part has gone, or a second program that saves to the same path has replaced it with its own. */
  async #rejectStranger(): Promise<void> {
    const part = await this.#part();
    if (part.kind === 'ours') return;
    if (part.kind === 'gone') {
      const reason = `${this.partPath} was removed while the snapshot was written to it`;
      throw this.#notRenamed('no such file or directory', { reasons: [reason] });
    }
    throw this.#notRenamed(
      part.kind === 'unknown' ? systemErrorText(part.cause) : 'another program is writing to the same file',
    );
  }

  #notRenamed(why: string, options: FailureOptions = {}): CommandError {
    const names = `${this.partPath} ${this.#path}`;
    return new CommandError(
      `could not rename ${this.partPath} to ${this.#path} (rename ${names}: ${why})`,
      options,
    );
  }

  /** What has the part's name by now. */
  async #part(): Promise<Part> {
    try {
      const ours = await this.#handle.stat({ bigint: true });
      const there = await stat(systemPath(this.partPath), { bigint: true });
      return { kind: ours.ino === there.ino && ours.dev === there.dev ? 'ours' : 'strange' };
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? { kind: 'gone' }
        : { kind: 'unknown', cause };
    }
  }
}

type Part =
  | { readonly kind: 'ours' | 'strange' | 'gone' }
  | { readonly kind: 'unknown'; readonly cause: unknown };

function rejectOddTarget(path: string): void {
  const target = statOf(path);
  if (target === undefined) return;
  const what = target.isFile() ? streamLink(path) : kindOf(target);
  if (what === undefined) return;
  throw new CommandError(`could not save to ${path} (it is ${what})`, {
    reasons: target.isDirectory()
      ? [`give the name of a file in it, such as ${path.replace(/\/*$/, '/')}snapshot.db`]
      : [`the complete snapshot is renamed to this path, which would replace ${what}`],
  });
}

/** As /dev/stdout is one. */
function streamLink(path: string): string | undefined {
  return linkAt(path)?.startsWith('/proc/') ? 'a link to an open file' : undefined;
}

function kindOf(target: Stats): string {
  if (target.isDirectory()) return 'a directory';
  if (target.isFIFO()) return 'a named pipe';
  return target.isSocket() ? 'a socket' : 'a device';
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

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
