import type { CommandContext } from '../../cli/context.js';
import { joinPath } from '../../go/file-path.js';
import { CommandError, Failure, UsageError } from '../../model/errors.js';
import type { SnapshotEntry } from '../../model/file-reports.js';
import type { ListedSnapshot } from '../../storage/snapshot-directory/listing.js';
import { readFileWith, withProgress } from './database-file.js';

export interface SnapshotListOptions {
  readonly directory: string;
}

/** The declaration of `snapshot list`, for both programs. */
export const snapshotListCommand = (program: string) =>
  ({
    name: 'list',
    isAddition: true,
    usage: '<directory>',
    summary: 'List the snapshots in a directory',
    description: [
      'Those without a manifest come first, and then cluster by cluster (--cluster-name, or the cluster id), that of the newest complete',
      'snapshot at the end; in each the oldest first. The last line with `complete` is the newest one.',
      'Reads the manifests that `snapshot save` writes into a directory, and the sizes of the files. Use `snapshot verify` for a',
      'complete check.',
    ].join('\n'),
    examples: [`${program} snapshot list /var/backups/etcd`],
    flags: {},
    deadline: 'files',
    result: 'snapshot-list',
    toOptions(args: readonly string[]): SnapshotListOptions {
      const [directory] = args;
      if (directory === undefined || args.length > 1) {
        throw new UsageError('snapshot list requires exactly one argument');
      }
      return { directory };
    },
  }) as const;

export async function runSnapshotList(
  { directory }: SnapshotListOptions,
  context: CommandContext,
): Promise<void> {
  const { listSnapshots } = await import('../../storage/snapshot-directory/listing.js');
  const snapshots = listSnapshots(directory).map((snapshot) => entryOf(snapshot, snapshot.state));
  await context.emit({ kind: 'snapshot-list', directory, snapshots });
}

function entryOf(
  { file, sizeBytes, manifest }: ListedSnapshot,
  state: string,
  problem?: string,
): SnapshotEntry {
  return {
    file,
    state,
    problem,
    sizeBytes,
    cluster: manifest?.cluster,
    clusterId: manifest?.clusterId,
    memberName: manifest?.memberName,
    begin: manifest?.begin,
    revision: manifest?.revision,
    hash: manifest?.hash,
    keys: manifest?.keys,
    snapshotSizeBytes: manifest?.snapshotSize,
    compression: manifest?.compression,
    sha256: manifest?.sha256,
  };
}

/**
 * Verifies every snapshot in the directory: the SHA-256 of the file and what `snapshot verify` checks. Rejects with a `CommandError` when
 * one is not good, after the list was printed, and when there is none.
 */
export async function verifyDirectory(directory: string, context: CommandContext): Promise<void> {
  const { isGone, listSnapshots } = await import('../../storage/snapshot-directory/listing.js');
  const entries: SnapshotEntry[] = [];
  for (const snapshot of listSnapshots(directory)) {
    const entry = await verifiedEntry(directory, snapshot, context);
    if (entry.state === 'good' || !isGone(directory, snapshot)) entries.push(entry);
  }
  await context.emit({ kind: 'snapshot-list', directory, snapshots: entries });
  const count = (state: string) => entries.filter((entry) => entry.state === state).length;
  const [good, damaged] = ['good', 'damaged'].map(count) as [number, number];
  if (damaged > 0) throw new CommandError(`${damaged} of ${good + damaged} snapshots are damaged`);
  if (good === 0) throw new CommandError(`there is no snapshot in ${directory}`);
}

async function verifiedEntry(
  directory: string,
  snapshot: ListedSnapshot,
  context: CommandContext,
): Promise<SnapshotEntry> {
  if (snapshot.state === 'unfinished') return entryOf(snapshot, snapshot.state);
  const { problemOf } = await import('../../storage/snapshot-directory/rotation.js');
  const path = joinPath(directory, snapshot.file);
  const problem =
    (await withProgress(`Hashing ${path}`, context, (taskOptions) =>
      problemOf(directory, snapshot, taskOptions),
    )) ?? (await defectOf(path, context));
  return problem === undefined ? entryOf(snapshot, 'good') : entryOf(snapshot, 'damaged', problem);
}

/** The first defect of the database; undefined when there is none. */
async function defectOf(path: string, context: CommandContext): Promise<string | undefined> {
  const { verifySnapshot } = await import('../../storage/snapshot/verify.js');
  try {
    const { checksum } = await readFileWith(path, context, (source) =>
      withProgress(`Verifying ${path}`, context, (taskOptions) => verifySnapshot(source, taskOptions)),
    );
    return checksum === 'good' ? undefined : 'it has no SHA-256 at its end';
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}
