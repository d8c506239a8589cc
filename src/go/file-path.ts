/**
 * Go's path/filepath on text in which bytes that are not UTF-8 are escaped (bytes.ts). Bun's `node:path` cannot be used: it replaces
 * the escapes.
 */
import { bytesFromText } from './bytes.js';

const ESCAPED_BYTE = /[\udc80-\udcff]/;

/**
 * A path for the functions of `node:fs`. A path with bytes that are not UTF-8 becomes a Buffer: as text, they would be
 * replaced.
 */
export function systemPath(path: string): string | Buffer {
  return ESCAPED_BYTE.test(path) ? Buffer.from(bytesFromText(path)) : path;
}

/** `filepath.Clean`: the shortest equivalent path, without regard to symbolic links. */
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

/** `filepath.Join`; the result is clean. */
export function joinPath(...parts: readonly string[]): string {
  return cleanPath(parts.filter((part) => part !== '').join('/'));
}

/** `filepath.Dir`: the parent of `/` is `/`, and that of a single name is `.`. */
export function parentPath(path: string): string {
  const clean = cleanPath(path);
  const end = clean.lastIndexOf('/');
  if (end < 0) return '.';
  return end === 0 ? '/' : clean.slice(0, end);
}

/** The name after the last slash. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
