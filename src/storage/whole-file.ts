import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from '../model/errors.js';
import { pathErrorText } from '../model/go/system-error.js';
import { BlockWriter } from './block-writer.js';

/** Owner only: the contents of a cluster are secrets. */
const PRIVATE_MODE = 0o600;

/**
 * A file that appears whole and on disk, or not at all. It grows as `<path>.part`; until `commit` an older file at the
 * path stays as it is. Failures are `CommandError`s worded as etcdctl words them.
 */
export class WholeFile {
  readonly #handle: FileHandle;
  readonly #writer: BlockWriter;
  readonly #path: string;
  #isOpen = true;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
    this.#writer = new BlockWriter(handle);
  }

  static async create(path: string): Promise<WholeFile> {
    const target = await stat(path).catch(() => undefined);
    if (target?.isDirectory()) {
      throw new CommandError(`could not save to ${path} (it is a directory)`, {
        reasons: [`name a file in it, such as ${path.replace(/\/*$/, '/')}snapshot.db`],
      });
    }
    const partPath = `${path}.part`;
    try {
      // Whatever a killed predecessor left there goes; a new file never follows a link that somebody planted.
      await rm(partPath, { force: true });
      return new WholeFile(path, await open(partPath, 'wx', PRIVATE_MODE));
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

  /** Bytes and name are on disk when this settles. */
  async commit(): Promise<void> {
    await this.#written(this.#writer.finish());
    await this.#attempt('could not fsync', () => this.#handle.sync());
    await this.#attempt('could not replace', () => this.#rejectStranger());
    this.#isOpen = false;
    await this.#attempt('could not close', () => this.#handle.close());
    await this.#attempt(`could not rename ${this.partPath} to`, () => rename(this.partPath, this.#path));
    await syncDirectory(dirname(this.#path));
  }

  /** Leaves nothing behind. Harmless after `commit`, and never throws: the failure before it is the one to report. */
  async discard(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false;
      // The handle must not be closed under a write.
      await this.#writer.finish().catch(() => undefined);
      const isOurs = await this.#ownsPart();
      await this.#handle.close().catch(() => undefined);
      if (!isOurs) return;
    }
    await rm(this.partPath, { force: true }).catch(() => undefined);
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
      throw new CommandError(`${what} ${this.#path} (${pathErrorText('', this.partPath, cause).trim()})`, {
        cause,
      });
    }
  }

  /** A second program that saves to the same path has replaced our part with its own. */
  async #rejectStranger(): Promise<void> {
    if (!(await this.#ownsPart())) {
      throw new Error('another program writes the same file at the same time');
    }
  }

  async #ownsPart(): Promise<boolean> {
    const [ours, there] = await Promise.all([
      this.#handle.stat({ bigint: true }).catch(() => undefined),
      stat(this.partPath, { bigint: true }).catch(() => undefined),
    ]);
    return ours !== undefined && ours.ino === there?.ino && ours.dev === there.dev;
  }
}

/** Makes a rename durable. Some platforms cannot open directories; there the rename is as durable as it gets. */
async function syncDirectory(path: string): Promise<void> {
  let directory: FileHandle;
  try {
    directory = await open(path, 'r');
  } catch {
    return;
  }
  try {
    await directory.sync();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') {
      throw new CommandError(`could not fsync ${path} (${pathErrorText('fsync', path, cause)})`, { cause });
    }
  } finally {
    await directory.close();
  }
}
