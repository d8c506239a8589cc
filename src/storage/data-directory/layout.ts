import { join } from 'node:path';

/** Where a server keeps its database. */
export function databasePath(dataDirectory: string): string {
  return join(dataDirectory, 'member', 'snap', 'db');
}

export function walPath(dataDirectory: string): string {
  return join(dataDirectory, 'member', 'wal');
}
