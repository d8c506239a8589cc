import { stat } from 'node:fs/promises';
import { systemPath } from '../../go/file-path.js';
import { pathErrorText } from '../../go/system-error.js';
import { CommandError } from '../../model/errors.js';
import type { FileByteSource } from '../../storage/byte-source.js';
import type { CommandContext } from '../context.js';
import { waitForServer } from './server-lock.js';

/** Rejects with a `CommandError` when there is no such file: `stat x: no such file or directory`. */
export async function requireFile(path: string): Promise<void> {
  try {
    await stat(systemPath(path));
  } catch (cause) {
    throw new CommandError(pathErrorText('stat', path, cause), { cause });
  }
}

/** Lends a database file that no server is writing for the duration of the work, which only reads it. */
export async function readFileWith<Value>(
  path: string,
  context: CommandContext,
  work: (source: FileByteSource) => Promise<Value>,
): Promise<Value> {
  await requireFile(path);
  await waitForServer(path, context);
  const { FileByteSource } = await import('../../storage/byte-source.js');
  const source = FileByteSource.open(path);
  try {
    return await work(source);
  } finally {
    source.close();
  }
}
