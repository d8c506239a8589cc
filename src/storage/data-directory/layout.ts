import { joinPath } from '../../go/file-path.js';

/** Where a server keeps its database. */
export function databasePath(dataDirectory: string): string {
  return joinPath(dataDirectory, 'member', 'snap', 'db');
}

export function walPath(dataDirectory: string): string {
  return joinPath(dataDirectory, 'member', 'wal');
}
