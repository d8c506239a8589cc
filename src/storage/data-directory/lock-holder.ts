import { type BigIntStats, readdirSync, readFileSync, statSync } from 'node:fs';
import { systemPath } from '../../go/file-path.js';
import { CommandError } from '../../model/errors.js';

/**
 * A running server holds an exclusive lock (flock) on its database. Node.js has no call for flock, but Linux lists all locks in
 * /proc/locks.
 *
 * `unknown`: this system has no such list.
 */
export type LockHolder =
  | { readonly kind: 'none' }
  | { readonly kind: 'held'; readonly processId: number }
  | { readonly kind: 'unknown' };

/** `1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`: process, device, inode. */
const WRITE_LOCK = /^\d+: (?:FLOCK|OFDLCK) +\w+ +WRITE (-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /gm;

const MAX_READINGS = 6;

/** @param readList reads the list of locks; tests replace it */
export function lockHolder(path: string, readList = () => readFileSync('/proc/locks', 'latin1')): LockHolder {
  let locks: string;
  try {
    locks = allLocks(readList);
  } catch {
    return { kind: 'unknown' };
  }
  const inode = inodeOf(path);
  if (inode === undefined) return { kind: 'none' };
  for (const [, processId = '', lockedInode] of locks.matchAll(WRITE_LOCK)) {
    // On some file systems the device here differs from the one in `stat`, so the open files of the process are checked instead.
    if (lockedInode === inode && mayHaveOpen(Number(processId), path)) {
      return { kind: 'held', processId: Number(processId) };
    }
  }
  return { kind: 'none' };
}

/**
 * Linux gives the list in pieces of a page, each from the number of the entry at which the last one ended: when locks of an earlier piece
 * are released in between, entries are left out. So the list is read until two readings are equal. If none are, an entry in any counts.
 */
function allLocks(readList: () => string): string {
  const readings: string[] = [];
  while (readings.length < MAX_READINGS) {
    const locks = readList();
    if (locks === readings.at(-1)) return locks;
    readings.push(locks);
  }
  return readings.join('');
}

/**
 * Throws a `CommandError` when a server has opened the database, after it was found unused. What the server writes there would be lost
 * when the file is replaced.
 * @param what is open, in the message
 */
export function rejectStartedServer(path: string, what = path): void {
  const holder = lockHolder(path);
  if (holder.kind !== 'held') return;
  throw new CommandError(`a server has opened ${what} meanwhile: process ${holder.processId}`);
}

/** Undefined when the file does not exist: opening it later reports that. */
function inodeOf(path: string): string | undefined {
  try {
    return String(statSync(systemPath(path), { bigint: true }).ino);
  } catch {
    return undefined;
  }
}

/**
 * False only if the open files of the process can be read and the file is not among them: then the inode number belongs to another file
 * system. Files are compared by device and inode, because a process in a container sees other paths.
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
