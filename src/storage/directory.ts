import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { textFromBytes } from '../go/bytes.js';
import { baseName, cleanPath, joinPath, parentPath, systemPath } from '../go/file-path.js';
import { pathErrorText } from '../go/system-error.js';
import { CommandError } from '../model/errors.js';
import { attempt } from './system-call.js';

const PRIVATE_MODE = 0o700;

/** What `stat` says; nothing also when it cannot say anything: what the path is used for then tells why. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(systemPath(path));
  } catch {
    return undefined;
  }
}

/** Whether there is nothing of that name, not even a link that leads nowhere, and something could be. */
export function isNameFree(path: string): boolean {
  try {
    return lstatSync(systemPath(path), { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** What a link says; nothing for what is none. */
export function linkAt(path: string): string | undefined {
  try {
    return textFromBytes(readlinkSync(systemPath(path), { encoding: 'buffer' }));
  } catch {
    return undefined;
  }
}

/** False also for what is no directory, or cannot be read. */
export function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(systemPath(path)).length === 0;
  } catch {
    return false;
  }
}

/** Names in the directory. Throws a `CommandError`. */
export function namesIn(path: string): string[] {
  return attempt('open', path, () =>
    readdirSync(systemPath(path), { encoding: 'buffer' }).map((name) => textFromBytes(name)),
  );
}

/**
 * Makes the directory and those above it, for the owner only. Returns the topmost one that is new. A failure names the one that
 * could not be made, as Go's does; then none is left.
 */
export function makeDirectories(path: string): string | undefined {
  const there = statOf(path);
  if (there?.isDirectory()) return undefined;
  if (there !== undefined) throw new CommandError(`mkdir ${path}: not a directory`);
  const above = parentPath(path);
  const topmost = above === path ? undefined : makeDirectories(above);
  try {
    makeDirectory(path);
  } catch (error) {
    if (topmost !== undefined) removeTree(topmost);
    throw error;
  }
  return topmost ?? path;
}

/** @param named what the failure calls it */
export function makeDirectory(path: string, named = path): void {
  attempt('mkdir', named, () => mkdirSync(systemPath(path), { mode: PRIVATE_MODE }));
}

export function renamePath(from: string, to: string): void {
  attempt(`rename ${from}`, to, () => renameSync(systemPath(from), systemPath(to)));
}

/** Never throws: a failure before it is the one to report. What is left is named so that everybody sees what it is. */
export function removeTree(path: string): void {
  if (attemptQuietly(() => rmSync(systemPath(path), { recursive: true, force: true }))) return;
  // Bun looks into a directory first, which may be forbidden, though it is empty.
  attemptQuietly(() => rmdirSync(systemPath(path)));
}

/** Where the path leads, links followed as far as it exists. Relative only where the working directory has no path. */
function realPath(path: string): string {
  try {
    return textFromBytes(realpathSync.native(systemPath(path), { encoding: 'buffer' }));
  } catch {
    const above = parentPath(path);
    return above === path ? path : joinPath(realPath(above), baseName(path));
  }
}

/** The way from one directory to something in it; nothing when it is not in it. Links are followed. */
export function pathWithin(directory: string, path: string): string | undefined {
  const outer = realPath(cleanPath(directory)).replace(/\/$/, '');
  const inner = realPath(cleanPath(path));
  return inner.startsWith(`${outer}/`) ? inner.slice(outer.length + 1) : undefined;
}

/** Makes names in the directory durable. Some platforms cannot open directories; there it is as durable as it gets. */
export async function syncDirectory(path: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(systemPath(path), 'r');
  } catch {
    return;
  }
  try {
    await handle.sync();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') {
      throw new CommandError(pathErrorText('sync', path, cause), { cause });
    }
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** Makes all names from the directory up to one above it durable. */
export async function syncDirectories(lowest: string, highest: string): Promise<void> {
  for (let path = lowest; ; path = parentPath(path)) {
    await syncDirectory(path);
    if (path === highest || path === parentPath(path)) return;
  }
}

function attemptQuietly(step: () => void): boolean {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}
