import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from '../model/errors.js';
import { pathErrorText } from '../model/go/system-error.js';

const PRIVATE_MODE = 0o700;

/** What `stat` says, or nothing when there is nothing. */
export function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}

/** False also for what is no directory, or cannot be read. */
export function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

/** Makes the directory and those above it, for the owner only. Returns the topmost one that is new. */
export function makeDirectories(path: string): string | undefined {
  return attempt('mkdir', path, () => mkdirSync(path, { recursive: true, mode: PRIVATE_MODE }));
}

export function renamePath(from: string, to: string): void {
  attempt(`rename ${from}`, to, () => renameSync(from, to));
}

/** Never throws: a failure before it is the one to report. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // What is left is named so that everybody sees what it is.
  }
}

/** Makes names in the directory durable. Some platforms cannot open directories; there it is as durable as it gets. */
export async function syncDirectory(path: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch {
    return;
  }
  try {
    await handle.sync();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') {
      throw new CommandError(pathErrorText('fsync', path, cause), { cause });
    }
  } finally {
    await handle.close();
  }
}

/** Makes all names from the directory up to one above it durable. */
export async function syncDirectories(lowest: string, highest: string): Promise<void> {
  for (let path = lowest; ; path = dirname(path)) {
    await syncDirectory(path);
    if (path === highest || path === dirname(path)) return;
  }
}

function attempt<Value>(operation: string, path: string, step: () => Value): Value {
  try {
    return step();
  } catch (cause) {
    throw new CommandError(pathErrorText(operation, path, cause), { cause });
  }
}
