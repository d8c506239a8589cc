import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, readSync } from 'node:fs';

/** stdout as a regular file that is written at its end (`>> file`, or `StandardOutput=append:` of systemd). */
export interface OutputFile {
  /** Device and inode. */
  readonly id: string;
  readonly sizeBytes: number;
  /** The bytes at the offset, as many as there are; undefined when the file cannot be read. */
  read(offset: number, length: number): Uint8Array | undefined;
  truncate(sizeBytes: number): void;
}

/** Undefined for every other kind of stdout, and on systems without Linux' /proc. */
export function outputFile(descriptor = 1): OutputFile | undefined {
  const stats = fstatSync(descriptor, { bigint: true });
  if (!stats.isFile() || !appends(descriptor)) return undefined;
  return {
    id: `${stats.dev}:${stats.ino}`,
    get sizeBytes() {
      return fstatSync(descriptor).size;
    },
    read: (offset, length) => readAt(descriptor, offset, length),
    truncate: (sizeBytes) => ftruncateSync(descriptor, sizeBytes),
  };
}

/** The flags are octal (proc_pid_fdinfo(5)). */
function appends(descriptor: number): boolean {
  try {
    const [, flags = '0'] =
      /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1')) ?? [];
    return (Number.parseInt(flags, 8) & constants.O_APPEND) !== 0;
  } catch {
    return false;
  }
}

/** Reads through another descriptor: stdout is open for writing only. */
function readAt(descriptor: number, offset: number, length: number): Uint8Array | undefined {
  let reader: number;
  try {
    reader = openSync(`/proc/self/fd/${descriptor}`, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(length);
    let count = 0;
    while (count < length) {
      const read = readSync(reader, bytes, count, length - count, offset + count);
      if (read === 0) break;
      count += read;
    }
    return bytes.subarray(0, count);
  } finally {
    closeSync(reader);
  }
}
