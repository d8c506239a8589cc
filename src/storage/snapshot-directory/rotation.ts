import { unlinkSync } from 'node:fs';
import { joinPath, systemPath } from '../../go/file-path.js';
import { type CommandError, Failure } from '../../model/errors.js';
import { statOf, syncDirectory } from '../directory.js';
import type { LongTaskOptions } from '../long-task.js';
import { systemCall } from '../system-call.js';
import { fileSha256, type ListedSnapshot, listSnapshots, PART_SUFFIX } from './listing.js';
import { MANIFEST_SUFFIX, type SnapshotManifest } from './manifest.js';

export interface Rotation {
  /** The files that were removed. */
  readonly removed: readonly string[];
  /** A sentence for each snapshot that was read and does not count, because it is not as its manifest says. It is not removed. */
  readonly problems: readonly string[];
}

/** The sequence number of the next snapshot of the cluster. */
export function nextSequence(directory: string, cluster: string): number {
  const sequences = listSnapshots(directory)
    .filter(({ manifest }) => manifest?.cluster === cluster)
    .map(({ manifest }) => manifest?.sequence ?? 0);
  return Math.max(0, ...sequences) + 1;
}

/**
 * Removes the snapshots of the newest one's cluster that are older than the newest `keep` good ones. Good is one whose file has the
 * SHA-256 of its manifest: all that are kept are read before any is removed, and those that are removed are not read. A snapshot without a
 * manifest, or with another size than in its manifest, or made at the same time by another process is never removed.
 */
export async function rotate(
  directory: string,
  { newest, keep }: { readonly newest: SnapshotManifest; readonly keep: number },
  options: LongTaskOptions,
): Promise<Rotation> {
  const older = listSnapshots(directory)
    .filter(({ manifest }) => manifest?.cluster === newest.cluster && manifest.sequence < newest.sequence)
    .reverse();
  const problems: string[] = [];
  const surplus: ListedSnapshot[] = [];
  let good = 1;
  for (const snapshot of older) {
    if (good >= keep) surplus.push(snapshot);
    else if (snapshot.state === 'no file') continue;
    else {
      const problem = await problemOf(directory, snapshot, options);
      if (problem === undefined) good++;
      else problems.push(`${joinPath(directory, snapshot.file)} does not count: ${problem}`);
    }
  }
  const removed = surplus.filter(({ state }) => state !== 'size differs');
  for (const { file, state } of removed) {
    // The manifest last: a snapshot without one would never be removed.
    if (state !== 'no file') remove(joinPath(directory, file));
    remove(joinPath(directory, `${file}${MANIFEST_SUFFIX}`));
  }
  if (removed.length > 0) await syncDirectory(directory);
  return {
    removed: removed.filter(({ state }) => state !== 'no file').map(({ file }) => file),
    problems,
  };
}

/** What is wrong with the file of a snapshot; undefined when it is as its manifest says. */
export async function problemOf(
  directory: string,
  { file, state, sizeBytes, manifest }: ListedSnapshot,
  options: LongTaskOptions,
): Promise<string | undefined> {
  if (manifest === undefined) return undefined;
  if (state === 'no file') return 'its file is missing';
  if (state === 'size differs') return `it has ${sizeBytes} bytes instead of ${manifest.size}`;
  try {
    const sha256 = await fileSha256(joinPath(directory, file), options);
    return sha256 === manifest.sha256 ? undefined : 'its SHA-256 is not that of its manifest';
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

function remove(path: string): void {
  try {
    systemCall('remove', path, () => unlinkSync(systemPath(path)));
  } catch (error) {
    // Another process may have removed it.
    const { cause } = error as CommandError;
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** A save writes all the time, and fails when the server is silent for half a minute. */
const ABANDONED_AFTER_MS = 3_600_000;

/**
 * Removes what killed saves of the cluster have left: files that nothing was written to for an hour. Returns their names.
 * @param prefix with which the names of the cluster's snapshots begin
 */
export function removeAbandoned(directory: string, prefix: string, nowMs: number): string[] {
  const abandoned = listSnapshots(directory).filter(({ file, state }) => {
    if (state !== 'unfinished' || !isOwnName(file, prefix)) return false;
    const status = statOf(joinPath(directory, file));
    return status !== undefined && nowMs - status.mtimeMs > ABANDONED_AFTER_MS;
  });
  for (const { file } of abandoned) remove(joinPath(directory, file));
  return abandoned.map(({ file }) => file);
}

function isOwnName(file: string, prefix: string): boolean {
  if (!file.startsWith(prefix)) return false;
  return new RegExp(`^[0-9]{8}T[0-9]{6}Z(?:-[0-9]+)?\\.db(?:\\.zst)?(?:\\.json)?\\${PART_SUFFIX}$`).test(
    file.slice(prefix.length),
  );
}
