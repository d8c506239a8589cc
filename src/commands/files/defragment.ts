import type { CommandContext } from '../../cli/context.js';
import { formatByteSize } from '../../go/byte-size.js';
import { CommandError, Failure } from '../../model/errors.js';
import { requireFile, waitForServer, withProgress } from './database-file.js';

/**
 * Rewrites the database of a stopped member without its unused pages. When it rejects with a `CommandError`, the
 * database is unchanged.
 */
export async function defragmentDirectory(dataDirectory: string, context: CommandContext): Promise<void> {
  try {
    await defragment(dataDirectory, context);
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    const message = `Failed to defragment etcd data[${dataDirectory}] (${cause.message})`;
    throw new CommandError(message, { cause, reasons: cause.reasons });
  }
}

async function defragment(dataDirectory: string, context: CommandContext): Promise<void> {
  const { databasePath } = await import('../../storage/data-directory/layout.js');
  const { replaceDatabase } = await import('../../storage/data-directory/replace-database.js');
  const path = databasePath(dataDirectory);
  await requireFile(path);
  await waitForServer(path, context);
  const { oldBytes, newBytes } = await withProgress(`Defragmenting ${path}`, context, (taskOptions) =>
    replaceDatabase(path, taskOptions),
  );
  const [before, after] = [oldBytes, newBytes].map(formatByteSize);
  // Scripts match the message of etcdutl.
  context.notices.line(`finished defragmenting directory ${path}: ${before} before, ${after} now`);
}
