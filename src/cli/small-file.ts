import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { systemPath } from '../go/file-path.js';
import { pathErrorText } from '../go/system-error.js';
import { UsageError } from '../model/errors.js';

/** A file with settings or a password, read whole. */
export interface SmallFile {
  readonly bytes: Uint8Array;
  readonly stats: Stats;
}

export interface SmallFileOptions {
  readonly maxBytes: number;
  /** Precedes the path in errors: `--password-file: `. */
  readonly label: string;
  /** Waits until a pipe may have more. Absent: only a regular file is read. */
  readonly pause?: () => Promise<void>;
}

/**
 * Reads a file that is expected to be small. Waits for a pipe to be written, such as that of a shell's `<(command)`, without blocking
 * the process. @throws UsageError naming the file, with the system error as its cause, if there is one
 */
export async function readSmallFile(path: string, options: SmallFileOptions): Promise<SmallFile> {
  const { label, maxBytes, pause } = options;
  const descriptor = attempt(path, 'open', label, () =>
    openSync(systemPath(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY),
  );
  try {
    const stats = fstatSync(descriptor);
    if (pause === undefined && !stats.isFile())
      throw new UsageError(`${label}${path} is not a regular file`, 'flag');
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const count = attempt(path, 'read', label, () => readSome(descriptor, bytes, length));
      if (count === 0) break;
      if (count === undefined) await pause?.();
      else length += count;
    }
    if (length > maxBytes)
      throw new UsageError(`${label}${path} is larger than ${maxBytes / 1024} KiB`, 'flag');
    return { bytes: bytes.subarray(0, length), stats };
  } finally {
    closeSync(descriptor);
  }
}

/** The number of bytes read; `undefined` when a pipe has none yet. */
function readSome(descriptor: number, bytes: Buffer, at: number): number | undefined {
  try {
    return readSync(descriptor, bytes, at, bytes.length - at, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

function attempt<Value>(path: string, operation: string, label: string, work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    throw new UsageError(`${label}${pathErrorText(operation, path, cause)}`, 'flag', { cause });
  }
}
