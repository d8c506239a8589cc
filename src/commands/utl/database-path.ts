import { stat } from 'node:fs/promises';
import { bytesFromText } from '../../go/bytes.js';
import { systemPath } from '../../go/file-path.js';
import { quoteGo } from '../../go/quote.js';
import { CommandError } from '../../model/errors.js';

/** What the commands take that look into a database, as etcd-dump-db does (tools/etcd-dump-db/main.go, v3.7.1). */
export const DATABASE_USAGE = '<data dir or db file path>';

/**
 * A path that ends in `db` is the file; any other one is a data directory with the file in it. Rejects with a
 * `CommandError` when there is no such file.
 */
export async function findDatabase(path: string): Promise<string> {
  const { databasePath } = await import('../../storage/data-directory/layout.js');
  const file = path.endsWith('db') ? path : databasePath(path);
  try {
    await stat(systemPath(file));
  } catch (cause) {
    throw new CommandError(`${quoteGo(bytesFromText(file))} does not exist`, { cause });
  }
  return file;
}

/** Go's form of an argument list: `[a b]`. */
export function argumentList(args: readonly string[]): string {
  return `[${args.join(' ')}]`;
}
