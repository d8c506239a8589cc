import { getSystemErrorMap } from 'node:util';

/** Where the C library's words, which Go uses, differ from libuv's. */
const STRERROR: Readonly<Record<string, string>> = {
  EEXIST: 'file exists',
  EISDIR: 'is a directory',
  ENOTEMPTY: 'directory not empty',
  EBUSY: 'device or resource busy',
  ECONNREFUSED: 'connection refused',
  ETIMEDOUT: 'connection timed out',
};

/** The words of an operating-system error, as `no space left on device`; other errors keep their message. */
export function systemErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code !== undefined && STRERROR[code] !== undefined) return STRERROR[code];
  return (errno !== undefined && getSystemErrorMap().get(errno)?.[1]) || error.message;
}

/** The error as Go's os package words it: `open /x/y: permission denied`. */
export function pathErrorText(operation: string, path: string, error: unknown): string {
  return `${operation} ${path}: ${systemErrorText(error)}`;
}
