import { type BigIntStats, readdirSync, readFileSync, statSync } from 'node:fs';
import { systemPath } from '../../go/file-path.js';

/**
 * A running server holds a lock (flock) on its database. Node cannot ask for one, but Linux lists them all.
 *
 * `unknown`: this system does not tell.
 */
export type LockHolder =
  | { readonly kind: 'none' }
  | { readonly kind: 'held'; readonly processId: number }
  | { readonly kind: 'unknown' };

/** `1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`: process, device, inode. */
const WRITE_LOCK = /^\d+: (?:FLOCK|OFDLCK) +\w+ +WRITE (-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /gm;

export function lockHolder(path: string, locksPath = '/proc/locks'): LockHolder {
  let locks: string;
  try {
    locks = readFileSync(locksPath, 'latin1');
  } catch {
    return { kind: 'unknown' };
  }
  const inode = inodeOf(path);
  if (inode === undefined) return { kind: 'none' };
  for (const [, processId = '', lockedInode] of locks.matchAll(WRITE_LOCK)) {
    // Some file systems show another device here than to `stat`, so the process is asked instead of compared.
    if (lockedInode === inode && mayHaveOpen(Number(processId), path)) {
      return { kind: 'held', processId: Number(processId) };
    }
  }
  return { kind: 'none' };
}

/** Nothing when the file has gone: whoever opens it will say so. */
function inodeOf(path: string): string | undefined {
  try {
    return String(statSync(systemPath(path), { bigint: true }).ino);
  } catch {
    return undefined;
  }
}

/**
 * False only if the process can be looked into and does not have the file open: the inode is another file system's. Open
 * files are compared by what they are, because a process in a container knows them under other paths.
 */
function mayHaveOpen(processId: number, path: string): boolean {
  try {
    const directory = `/proc/${processId}/fd`;
    const wanted = statSync(systemPath(path), { bigint: true });
    return readdirSync(directory).some((name) => isFile(`${directory}/${name}`, wanted));
  } catch {
    return true;
  }
}

function isFile(path: string, wanted: BigIntStats): boolean {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return dev === wanted.dev && ino === wanted.ino;
  } catch {
    return false;
  }
}
