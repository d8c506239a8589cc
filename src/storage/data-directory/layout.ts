import { joinPath } from '../../go/file-path.js';

/** The path of the database in a server's data directory. */
export function databasePath(dataDirectory: string): string {
  return joinPath(dataDirectory, 'member', 'snap', 'db');
}

/** The default directory of the WAL in a server's data directory. */
export function walPath(dataDirectory: string): string {
  return joinPath(dataDirectory, 'member', 'wal');
}
