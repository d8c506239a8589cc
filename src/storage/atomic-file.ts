import { type BigIntStats, renameSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { parentPath, systemPath } from '../go/file-path.js';
import { pathErrorText, systemErrorText } from '../go/system-error.js';
import { CommandError, type FailureOptions } from '../model/errors.js';
import { BlockWriter } from './block-writer.js';
import { isNameFree, linkTarget, removeTree, statOf, syncDirectory } from './directory.js';

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
  /** Of the part file. */
  readonly #identity: FileIdentity;
  #isOpen = true;
  #isRenamed = false;

  private constructor(path: string, handle: FileHandle, identity: FileIdentity) {
    this.#path = path;
    this.#handle = handle;
    this.#identity = identity;
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
      return await AtomicFile.#opened(path, await open(systemPath(partPath), 'wx', PRIVATE_MODE));
    } catch (cause) {
      throw new CommandError(`could not open ${partPath} (${pathErrorText('open', partPath, cause)})`, {
        cause,
      });
    }
  }

  /**
   * A file at a path where nothing is, neither a file nor the part of one; undefined when something is there. Two processes never get the
   * same path.
   */
  static async createNew(path: string): Promise<AtomicFile | undefined> {
    const partPath = `${path}.part`;
    let handle: FileHandle;
    try {
      handle = await open(systemPath(partPath), 'wx', PRIVATE_MODE);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw new CommandError(`could not open ${partPath} (${pathErrorText('open', partPath, cause)})`, {
        cause,
      });
    }
    const file = await AtomicFile.#opened(path, handle);
    if (isNameFree(path)) return file;
    await file.discard();
    return undefined;
  }

  static async #opened(path: string, handle: FileHandle): Promise<AtomicFile> {
    const { dev, ino } = await handle.stat({ bigint: true });
    return new AtomicFile(path, handle, { dev, ino });
  }

  get partPath(): string {
    return `${this.#path}.part`;
  }

  /** The chunk may be reused when this returns undefined, or else when the promise settles: more can be appended then. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    const written = this.#writer.append(chunk);
    return written && this.#withPathError(written);
  }

  /** Settles when all appended bytes are written, though not yet synced. */
  flush(): Promise<void> {
    return this.#withPathError(this.#writer.flush());
  }

  /** Settles when the file is on disk. */
  async sync(): Promise<void> {
    await this.flush();
    await this.#attempt('could not fsync snapshot: sync', () => this.#handle.sync());
  }

  /** Syncs the file, renames it to its path and syncs the directory. */
  async commit(): Promise<void> {
    await this.sync();
    // Nothing is awaited from here to the rename: another process that saves to the same path may replace the part file. While it is open, no
    // other file has its inode.
    this.#requireOwnPartFile();
    try {
      renameSync(systemPath(this.partPath), systemPath(this.#path));
    } catch (cause) {
      throw this.#renameError(systemErrorText(cause), { cause });
    }
    this.#isRenamed = true;
    this.#isOpen = false;
    // All of it is on disk already.
    await this.#handle.close().catch(() => undefined);
    await syncDirectory(parentPath(this.#path));
  }

  /**
   * Closes and removes the part file, unless another process has replaced it. Never throws: it runs after a failure, which is the one to
   * report.
   */
  async discard(): Promise<void> {
    // What has the name of the part file now is another process's.
    if (this.#isRenamed) return;
    if (this.#isOpen) {
      this.#isOpen = false;
      // The handle must not be closed while a write is in progress.
      await this.#writer.stop();
    }
    // Nothing is awaited in between, and the file is open: see `commit`.
    if (this.#partFileState().kind === 'own') removeTree(this.partPath);
    await this.#handle.close().catch(() => undefined);
  }

  /** Removes the file if `commit` has renamed it, even if that failed afterwards. Never throws, like `discard`. */
  async revoke(): Promise<void> {
    if (!this.#isRenamed) return;
    await unlink(systemPath(this.#path)).catch(() => undefined);
    await syncDirectory(parentPath(this.#path)).catch(() => undefined);
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
  #requireOwnPartFile(): void {
    const part = this.#partFileState();
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
  #partFileState(): PartFileState {
    const { dev, ino } = this.#identity;
    try {
      const status = statSync(systemPath(this.partPath), { bigint: true });
      return { kind: status.dev === dev && status.ino === ino ? 'own' : 'replaced' };
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? { kind: 'removed' }
        : { kind: 'unknown', cause };
    }
  }
}

type FileIdentity = Pick<BigIntStats, 'dev' | 'ino'>;

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
