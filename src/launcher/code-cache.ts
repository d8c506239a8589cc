/**
 * The V8 code cache: compiled code of earlier runs, like Python's `__pycache__`. `module.enableCompileCache` of Node.js does not
 * exist in Node.js 20, and it stores only what the first run has compiled. The files are in the user's cache directory, one for each
 * file of the program and version of Node.js: V8 rejects the cache of another version, and the names of the program's files contain
 * their hash.
 */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Older files are removed: those of replaced bundles, and those of runs that were killed while they wrote. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/** The user of the process, and the variables that name the user's cache directory. */
export interface CacheUser {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** User id; `undefined` on systems without user ids, where nothing is cached. */
  readonly uid: number | undefined;
}

/** The cache directory; undefined when NODE_DISABLE_COMPILE_CACHE is set or the user has no home directory. */
export function cacheDirectory({ env, uid }: CacheUser): string | undefined {
  const { HOME = '', XDG_CACHE_HOME = '', NODE_DISABLE_COMPILE_CACHE = '' } = env;
  if (NODE_DISABLE_COMPILE_CACHE !== '' || uid === undefined) return undefined;
  if (XDG_CACHE_HOME.startsWith('/')) return join(XDG_CACHE_HOME, 'etcdctl-ts');
  return HOME.startsWith('/') ? join(HOME, '.cache', 'etcdctl-ts') : undefined;
}

/** The contents of a cache file. Undefined unless it is owned by the user and not writable by others, because the code is executed. */
export function readCodeCache(directory: string, name: string, uid: number): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(join(directory, name), 'r');
  } catch {
    return undefined;
  }
  try {
    const status = fstatSync(descriptor);
    const isOwn = status.isFile() && status.uid === uid && (status.mode & 0o022) === 0;
    return isOwn ? readFileSync(descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a cache file under a temporary name, syncs and renames it: V8 detects a truncated file, but not one with holes after a crash of
 * the machine. Also removes old files. Failures are ignored, because the next run can compile again.
 */
export function writeCodeCache(directory: string, name: string, bytes: Buffer): void {
  const file = join(directory, name);
  const temporary = `${file}.${process.pid}`;
  try {
    createDirectory(directory);
    writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(temporary, file);
    removeOld(directory);
  } catch {
    remove(temporary);
  }
}

/** Creates the directory and its parent, but no more: a missing home directory is not created. */
function createDirectory(directory: string): void {
  for (const each of [dirname(directory), directory]) {
    try {
      mkdirSync(each, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The directory is not accessible, so there is no file.
  }
}

/** Removes files by their time of modification, also of a cache that is still in use: the next run writes it again. */
function removeOld(directory: string): void {
  const oldestMs = Date.now() - MAX_AGE_MS;
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    if (statSync(file).mtimeMs < oldestMs) rmSync(file, { force: true });
  }
}
