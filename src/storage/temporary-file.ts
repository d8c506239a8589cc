import { randomBytes } from 'node:crypto';
import { openSync, readSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { joinPath, systemPath } from '../go/file-path.js';
import { systemErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';
import { closeQuietly } from './system-call.js';

const PRIVATE_MODE = 0o600;
/** Of the free space in the temporary directory: the file must not take what other programs need. */
const MAX_SHARE = 0.9;

/** What the file is for, in the words of a failure. */
export interface TemporaryUse {
  /** Such as `sort the keys`. */
  readonly purpose: string;
  /** What to do when the directory cannot be used. */
  readonly advice: string;
}

/**
 * A file in the temporary directory without a name: it is deleted when it is opened, so that nothing is left behind however the process
 * ends. `create` and `write` throw a `CommandError` when the directory cannot be written or has no room; `read` throws the system's error.
 */
export class TemporaryFile {
  private constructor(
    readonly descriptor: number,
    readonly maxBytes: number,
    private readonly failure: (why: string) => CommandError,
  ) {}

  static create({ purpose, advice }: TemporaryUse): TemporaryFile {
    const directory = tmpdir();
    const failure = (why: string) =>
      new CommandError(`cannot ${purpose} in ${directory}: ${why}`, { reasons: [advice] });
    const path = systemPath(joinPath(directory, `etcdctl-${randomBytes(8).toString('hex')}`));
    let descriptor: number | undefined;
    try {
      descriptor = openSync(path, 'wx+', PRIVATE_MODE);
      unlinkSync(path);
      const { bavail, bsize } = statfsSync(systemPath(directory));
      return new TemporaryFile(descriptor, bavail * bsize * MAX_SHARE, failure);
    } catch (cause) {
      if (descriptor !== undefined) closeQuietly(descriptor);
      throw failure(systemErrorText(cause));
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > this.maxBytes) throw this.failure('no space left on device');
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.descriptor, bytes, done, bytes.length - done, offset + done);
      }
    } catch (cause) {
      throw this.failure(systemErrorText(cause));
    }
  }

  /** Fills `bytes` with what was written there before. */
  read(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.descriptor, bytes, done, bytes.length - done, offset + done);
      if (count === 0) throw new Error('the temporary file became shorter');
      done += count;
    }
  }

  close(): void {
    closeQuietly(this.descriptor);
  }
}
