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
import { systemCall } from './system-call.js';

const PRIVATE_MODE = 0o700;

/** The result of `stat`; undefined when it fails. The caller's next operation on the path reports the reason. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(systemPath(path));
  } catch {
    return undefined;
  }
}

/** True when nothing has the name, not even a dangling symbolic link. False also when `lstat` fails, as for a name that is too long. */
export function isNameFree(path: string): boolean {
  try {
    return lstatSync(systemPath(path), { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** The target of a symbolic link; undefined when the path is not one. */
export function linkTarget(path: string): string | undefined {
  try {
    return textFromBytes(readlinkSync(systemPath(path), { encoding: 'buffer' }));
  } catch {
    return undefined;
  }
}

/** False also when the path is not a directory or cannot be read. */
export function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(systemPath(path)).length === 0;
  } catch {
    return false;
  }
}

/** The names of the directory's entries. Throws a `CommandError`. */
export function readDirectory(path: string): string[] {
  return systemCall('open', path, () =>
    readdirSync(systemPath(path), { encoding: 'buffer' }).map((name) => textFromBytes(name)),
  );
}

/**
 * Creates the directory and its missing parents, for the owner only. Returns the topmost directory that was created. On failure, the
 * error names the directory that could not be created, as Go's `os.MkdirAll` does, and those that were created are removed if they are
 * empty.
 */
export function makeDirectories(path: string): string | undefined {
  const existing = statOf(path);
  if (existing?.isDirectory()) return undefined;
  if (existing !== undefined) throw new CommandError(`mkdir ${path}: not a directory`);
  const parent = parentPath(path);
  const topmost = parent === path ? undefined : makeDirectories(parent);
  try {
    makeDirectory(path);
  } catch (error) {
    // Another process has created it meanwhile.
    if (statOf(path)?.isDirectory()) return topmost;
    if (topmost !== undefined) removeEmptyDirectories(parent, topmost);
    throw error;
  }
  return topmost ?? path;
}

/** Removes the directory and its parents up to the topmost one, as long as they are empty. Never throws. */
export function removeEmptyDirectories(path: string, topmost: string): void {
  for (let directory = path; ; directory = parentPath(directory)) {
    if (!succeeds(() => rmdirSync(systemPath(directory))) || directory === topmost) return;
  }
}

/** @param named the path in the error message */
export function makeDirectory(path: string, named = path): void {
  systemCall('mkdir', named, () => mkdirSync(systemPath(path), { mode: PRIVATE_MODE }));
}

export function renamePath(from: string, to: string): void {
  systemCall(`rename ${from}`, to, () => renameSync(systemPath(from), systemPath(to)));
}

/** Removes a file or a directory tree. Never throws: it runs after a failure, which is the one to report. */
export function removeTree(path: string): void {
  if (succeeds(() => rmSync(systemPath(path), { recursive: true, force: true }))) return;
  // Bun lists a directory before it removes it. An empty directory without read permission is removed by rmdir alone.
  succeeds(() => rmdirSync(systemPath(path)));
}

/** How many links of which the last one leads to nothing are followed, as many as by Linux. */
const MAX_LINKS = 40;

/** Resolves symbolic links, also those that lead to nothing yet. Relative only when the working directory has no path. */
export function realPath(path: string, maxLinks = MAX_LINKS): string {
  try {
    return textFromBytes(realpathSync.native(systemPath(path), { encoding: 'buffer' }));
  } catch {
    const parent = parentPath(path);
    if (parent === path) return path;
    const above = realPath(parent, maxLinks);
    const resolved = joinPath(above, baseName(path));
    const target = linkTarget(resolved);
    if (target === undefined || maxLinks === 0) return resolved;
    return realPath(target.startsWith('/') ? target : `${above}/${target}`, maxLinks - 1);
  }
}

/** The path relative to the directory; undefined when it is not inside the directory. Symbolic links are resolved. */
export function relativePathWithin(directory: string, path: string): string | undefined {
  const outer = realPath(cleanPath(directory)).replace(/\/$/, '');
  const inner = realPath(cleanPath(path));
  return inner.startsWith(`${outer}/`) ? inner.slice(outer.length + 1) : undefined;
}

/** Forces the directory's entries to disk. Does nothing on platforms where a directory cannot be opened or synced. */
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

/** Syncs the directory and its parents, up to and including `highest`. */
export async function syncDirectories(lowest: string, highest: string): Promise<void> {
  for (let path = lowest; ; path = parentPath(path)) {
    await syncDirectory(path);
    if (path === highest || path === parentPath(path)) return;
  }
}

function succeeds(step: () => void): boolean {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}
