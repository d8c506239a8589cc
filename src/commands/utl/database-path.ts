import { stat } from 'node:fs/promises';
import { bytesFromText } from '../../go/bytes.js';
import { systemPath } from '../../go/file-path.js';
import { quoteGo } from '../../go/quote.js';
import { CommandError } from '../../model/errors.js';

/** The usage of the commands of etcd-dump-db, which print the contents of a database (tools/etcd-dump-db/main.go, v3.7.1). */
export const DATABASE_USAGE = '<data dir or db file path>';

/**
 * The path of the database file. A path that ends in `db`, or in `db` and the suffix of a compressed file, is that file; any other path is
 * a data directory. Rejects with a `CommandError` when the file does not exist.
 */
export async function findDatabase(path: string): Promise<string> {
  const { databasePath } = await import('../../storage/data-directory/layout.js');
  const file = /db(?:\.zst|\.gz)?$/.test(path) ? path : databasePath(path);
  try {
    await stat(systemPath(file));
  } catch (cause) {
    throw new CommandError(`${quoteGo(bytesFromText(file))} does not exist`, { cause });
  }
  return file;
}

/** An argument list as Go prints a slice: `[a b]`. */
export function argumentList(args: readonly string[]): string {
  return `[${args.join(' ')}]`;
}
