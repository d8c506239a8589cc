/**
 * File paths as text, in which bytes that are not UTF-8 are escaped (bytes.ts). Bun’s `node:path` replaces those.
 */
import { bytesFromText } from './bytes.js';

const ESCAPED_BYTE = /[\udc80-\udcff]/;

/** A path for the runtime's file functions: as bytes if it has some that are not UTF-8, for these would change them in text. */
export function systemPath(path: string): string | Buffer {
  return ESCAPED_BYTE.test(path) ? Buffer.from(bytesFromText(path)) : path;
}

/** The shortest path that means the same, links aside, as Go's `filepath.Clean` gives it. */
export function cleanPath(path: string): string {
  const isRooted = path.startsWith('/');
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..' || (names.length === 0 && !isRooted) || names.at(-1) === '..') names.push(name);
    else names.pop();
  }
  return (isRooted ? '/' : '') + names.join('/') || '.';
}

/** Clean, as Go's `filepath.Join` gives it. */
export function joinPath(...parts: readonly string[]): string {
  return cleanPath(parts.filter((part) => part !== '').join('/'));
}

/** Clean; that of `/` is `/`, and of one name `.`. */
export function parentPath(path: string): string {
  const clean = cleanPath(path);
  const end = clean.lastIndexOf('/');
  if (end < 0) return '.';
  return end === 0 ? '/' : clean.slice(0, end);
}

export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
