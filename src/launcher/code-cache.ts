/**
 * What V8 compiled of the program in earlier runs, kept so that the next one need not compile it again: as Python's
 * `__pycache__`, or `module.enableCompileCache` of Node.js, which Node.js 20 lacks and which keeps only what its first
 * run used. The files are in the user's cache folder, one for each file of the program and Node.js: V8 refuses what another
 * version made, and the program's files are named after their contents.
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

/** Files of bundles that were replaced, and of runs that were ended while they wrote, stay this long. */
const MAX_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Whom the process runs for, and where that user keeps what can be made anew. */
export interface CacheOwner {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Numeric user; `undefined` on systems that have none, where nothing is kept. */
  readonly uid: number | undefined;
}

/** The folder, or nothing where caching is switched off as for Node.js itself, or the user has no place for it. */
export function cacheFolder({ env, uid }: CacheOwner): string | undefined {
  const { HOME = '', XDG_CACHE_HOME = '', NODE_DISABLE_COMPILE_CACHE = '' } = env;
  if (NODE_DISABLE_COMPILE_CACHE !== '' || uid === undefined) return undefined;
  if (XDG_CACHE_HOME.startsWith('/')) return join(XDG_CACHE_HOME, 'etcdctl-ts');
  return HOME.startsWith('/') ? join(HOME, '.cache', 'etcdctl-ts') : undefined;
}

/** Only what this user alone can have written is read: it will be executed. */
export function readCompiled(folder: string, name: string, uid: number): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(join(folder, name), 'r');
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
 * Puts a file in place whole, also if the machine fails: V8 notices a file cut short, but not one with holes. What no run has
 * used for long goes. Failures are nobody's concern: the next run compiles again.
 */
export function writeCompiled(folder: string, name: string, bytes: Buffer): void {
  const file = join(folder, name);
  const staged = `${file}.${process.pid}`;
  try {
    makeFolder(folder);
    writeFileSync(staged, bytes, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(staged, file);
    removeOld(folder);
  } catch {
    remove(staged);
  }
}

/** And the one above it if need be, but no more: a home that does not exist is not made. */
function makeFolder(folder: string): void {
  for (const each of [dirname(folder), folder]) {
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
    // Where the folder cannot be used, there is no file.
  }
}

/** By the time of writing: what is still in use is written again once in that time. */
function removeOld(folder: string): void {
  const limit = Date.now() - MAX_KEPT_MS;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (statSync(file).mtimeMs < limit) rmSync(file, { force: true });
  }
}
