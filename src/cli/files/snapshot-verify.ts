import { UsageError } from '../../model/errors.js';
import type { CommandContext } from '../context.js';
import { readFileWith } from './database-file.js';
import { withProgress } from './progress.js';

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

/** The command, which both programs have. */
export const snapshotVerifyCommand = {
  name: 'verify',
  usage: '<filename>',
  summary: 'Read all of a snapshot and tell whether it is sound',
  description: [
    'The SHA-256 at its end must be that of the contents, the pages must form trees as etcd writes them, and every record',
    'must decode. The first thing that is wrong is told with its place in the file. The file is not changed.',
  ].join('\n'),
  flags: {},
  deadline: 'files',
  result: 'snapshot-verified',
  toOptions: toSnapshotVerifyOptions,
} as const;

export async function runSnapshotVerify(
  { path }: SnapshotVerifyOptions,
  context: CommandContext,
): Promise<void> {
  const { verifySnapshot } = await import('../../storage/snapshot/verify.js');
  const sound = await readFileWith(path, context, (source) =>
    withProgress(`Verifying ${path}`, context, (pace) => verifySnapshot(source, pace)),
  );
  await context.emit({
    kind: 'snapshot-verified',
    snapshot: {
      path,
      checksum: sound.trailer,
      buckets: sound.bucketCount,
      records: sound.recordCount,
      databaseBytes: sound.databaseBytes,
    },
  });
}
