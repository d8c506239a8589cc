import type { CommandContext } from '../../cli/context.js';
import { UsageError } from '../../model/errors.js';
import { statOf } from '../../storage/directory.js';
import { readFileWith, withProgress } from './database-file.js';

export interface SnapshotVerifyOptions {
  readonly path: string;
}

export function toSnapshotVerifyOptions(args: readonly string[]): SnapshotVerifyOptions {
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new UsageError('snapshot verify requires exactly one argument');
  }
  return { path };
}

/** The declaration of `snapshot verify`, for both programs. */
export const snapshotVerifyCommand = (program: string) =>
  ({
    name: 'verify',
    usage: '<filename>',
    summary: 'Verify the integrity of a snapshot, or of all in a directory',
    description: [
      'Checks the SHA-256 at the end of the file, the structure of the pages, and that every record can be decoded. Reports',
      'the first error with its offset in the file. The file is not modified. A database file without a SHA-256, as in a data',
      'directory, is good too, and the output says that it has none. Of a directory, it checks every snapshot, also against its',
      'manifest, and fails when one is damaged or when there is none.',
    ].join('\n'),
    examples: [`${program} snapshot verify backup.db`, `${program} snapshot verify /var/backups/etcd`],
    flags: {},
    deadline: 'files',
    result: ({ path }: SnapshotVerifyOptions) =>
      statOf(path)?.isDirectory() ? 'snapshot-list' : 'snapshot-verified',
    toOptions: toSnapshotVerifyOptions,
  }) as const;

export async function runSnapshotVerify(
  { path }: SnapshotVerifyOptions,
  context: CommandContext,
): Promise<void> {
  if (statOf(path)?.isDirectory()) {
    const { verifyDirectory } = await import('./snapshot-directory.js');
    return verifyDirectory(path, context);
  }
  const { verifySnapshot } = await import('../../storage/snapshot/verify.js');
  const verified = await readFileWith(path, context, (source) =>
    withProgress(`Verifying ${path}`, context, (taskOptions) => verifySnapshot(source, taskOptions)),
  );
  await context.emit({
    kind: 'snapshot-verified',
    snapshot: {
      path,
      checksum: verified.checksum,
      buckets: verified.bucketCount,
      records: verified.recordCount,
      databaseBytes: verified.databaseBytes,
    },
  });
}
