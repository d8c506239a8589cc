/**
 * # Restoring a snapshot
 *
 * A snapshot is the database of one member. A restore creates from it the data directory of one member of a new cluster. Run it once
 * for each member, with the same snapshot. It writes:
 *
 * - `member/snap/db`: the database with the new members (database-edits.ts)
 * - `member/snap/<term>-<index>.snap`: the same members, for servers up to 3.5 (raft-snapshot/snap-file.ts)
 * - `member/wal/<sequence>-<index>.wal`: a log that adds the members (raft-files.ts)
 *
 * A server that finds no WAL starts as a new member, so a WAL in another directory is renamed last. Everything is written into a
 * temporary directory on the same file system, synced and renamed. The temporary directory is beside the data directory if that does
 * not exist yet, else within it, because it may be a mount point.
 */

import { baseName, joinPath, parentPath } from '../../go/file-path.js';
import { CommandError } from '../../model/errors.js';
import { type MinorVersion, recordedVersions } from '../backend/meta-bucket.js';
import { lastRevision } from '../backend/revision-key.js';
import { rewriteDatabase } from '../backend/rewrite.js';
import { BoltFile } from '../bolt/bolt-file.js';
import { FileByteSink } from '../byte-sink.js';
import type { ByteSource } from '../byte-source.js';
import { type OpenSource, openDatabase } from '../compressed/open-database.js';
import { databasePath, walPath } from '../data-directory/layout.js';
import {
  isEmptyDirectory,
  makeDirectories,
  relativePathWithin,
  statOf,
  syncDirectories,
} from '../directory.js';
import type { LongTaskOptions } from '../long-task.js';
import { snapName } from '../raft-snapshot/snap-file.js';
import { CHECKSUM_BYTES, hasChecksum, verifyChecksum } from '../snapshot/checksum.js';
import { SEGMENT_BYTES, segmentName } from '../wal/format.js';
import type { ClusterPlan } from './cluster-plan.js';
import { restoreEdits } from './database-edits.js';
import { quoted } from './peer-urls.js';
import { RESTORED_TERM, restoredIndex, restoredSnap, restoredWal } from './raft-files.js';
import { Staging } from './staging.js';

export interface RestoreRequest extends LongTaskOptions {
  readonly snapshotPath: string;
  /** Must not exist, or be empty. */
  readonly dataDirectory: string;
  /** Must not exist. `member/wal` in the data directory when undefined. */
  readonly walDirectory: string | undefined;
  readonly plan: ClusterPlan;
  /** Also restore a file without a checksum, or with a wrong one. */
  readonly skipHashCheck: boolean;
  /** See `RestoreEditOptions`. */
  readonly revisionBump: bigint;
  readonly targetVersion?: MinorVersion | undefined;
}

/** The mode with which etcd creates `.snap` files, before the umask. */
const SNAP_MODE = 0o666;

/**
 * Restores one member. Progress counts bytes of the snapshot, twice unless the hash check is skipped. Throws `CommandError` in etcd's
 * words and `CorruptFileError`; rejects with the signal's reason when it aborts. After a failure, all files that were created are
 * removed.
 */
export async function restoreSnapshot(request: RestoreRequest): Promise<void> {
  rejectUsedDirectories(request);
  const source = await openSnapshot(request);
  const staging = new Staging();
  try {
    const rewriteOptions = await checkHash(source, request);
    const { dataDirectory, walDirectory, plan } = request;
    if (walDirectory !== undefined) rejectOverlap(walDirectory, dataDirectory);
    const data = staging.add(dataDirectory);
    const wal = walDirectory === undefined ? walPath(data) : staging.addNestedOrSeparate(walDirectory);
    const snap = joinPath(data, 'member', 'snap');
    makeDirectories(snap);
    makeDirectories(wal);
    await writeDatabase(source, joinPath(snap, 'db'), { ...request, ...rewriteOptions });
    const snapFile = snapName(RESTORED_TERM, restoredIndex(plan));
    await writeFile(joinPath(snap, snapFile), restoredSnap(plan), { mode: SNAP_MODE });
    await writeFile(joinPath(wal, segmentName(0n, 0n)), restoredWal(plan), { sizeBytes: SEGMENT_BYTES });
    await syncDirectories(snap, data);
    await syncDirectories(wal, wal.startsWith(`${data}/`) ? data : wal);
    request.signal?.throwIfAborted();
    await staging.publish();
  } catch (error) {
    staging.discard();
    throw error;
  } finally {
    source.close();
  }
}

function openSnapshot({ snapshotPath: path, signal, onProgress }: RestoreRequest): Promise<OpenSource> {
  if (statOf(path)?.isDirectory()) throw new CommandError(`read ${path}: is a directory`);
  return openDatabase(path, { signal, onProgress });
}

function rejectUsedDirectories({ dataDirectory, walDirectory }: RestoreRequest): void {
  if (statOf(dataDirectory) !== undefined && !isEmptyDirectory(dataDirectory)) {
    throw new CommandError(`data-dir ${quoted(dataDirectory)} not empty or could not be read`);
  }
  if (walDirectory !== undefined && statOf(walDirectory) !== undefined) {
    throw new CommandError(`wal-dir ${quoted(walDirectory)} exists`);
  }
}

/** The WAL directory must not contain the data. The messages are those of etcdutl, which fails after it has written the data. */
function rejectOverlap(walDirectory: string, dataDirectory: string): void {
  const database = databasePath(dataDirectory);
  const data = relativePathWithin(walDirectory, database);
  if (relativePathWithin(parentPath(database), walDirectory)?.split('/')[0] === baseName(database)) {
    throw new CommandError(`mkdir ${walDirectory}: not a directory`);
  }
  if (data === undefined) return;
  const [first = ''] = data.split('/');
  throw new CommandError(`expected ${quoted(walDirectory)} to be empty, got [${quoted(first)}]`, {
    reasons: ['--wal-dir must not be the data directory, one of its parents, or a directory that it uses'],
  });
}

/** Returns the options for the rest of the restore. */
async function checkHash(source: ByteSource, request: RestoreRequest): Promise<LongTaskOptions> {
  const { skipHashCheck, signal, onProgress } = request;
  if (source.sizeBytes < CHECKSUM_BYTES) {
    throw new CommandError(`seek ${source.path}: invalid argument`, {
      reasons: ['the file is too short for a snapshot'],
    });
  }
  if (skipHashCheck) return { signal, onProgress };
  if (!hasChecksum(source)) throw new CommandError('snapshot missing hash but --skip-hash-check=false');
  const total = 2 * source.sizeBytes;
  const verdict = await verifyChecksum(source, { signal, onProgress: (done) => onProgress?.(done, total) });
  if (verdict.kind === 'mismatch') {
    throw new CommandError(`expected sha256 ${goBytes(verdict.expected)}, got ${goBytes(verdict.actual)}`, {
      reasons: ['the snapshot is damaged: its contents do not match its SHA-256'],
    });
  }
  return { signal, onProgress: (done) => onProgress?.(source.sizeBytes + done, total) };
}

async function writeDatabase(
  source: ByteSource,
  path: string,
  request: RestoreRequest & LongTaskOptions,
): Promise<void> {
  const bolt = BoltFile.open(source);
  const versions = { lastRevision: lastRevision(bolt)?.main ?? 0n, ...recordedVersions(bolt) };
  const sink = FileByteSink.create(path);
  try {
    const { signal, onProgress } = request;
    await rewriteDatabase(bolt, sink, { signal, onProgress, edits: restoreEdits(request, versions) });
    await sink.sync();
  } finally {
    sink.close();
  }
}

async function writeFile(
  path: string,
  contents: Uint8Array,
  { mode, sizeBytes }: { readonly mode?: number; readonly sizeBytes?: number },
): Promise<void> {
  const sink = FileByteSink.create(path, mode);
  try {
    sink.append(contents);
    if (sizeBytes !== undefined) sink.extend(sizeBytes);
    await sink.sync();
  } finally {
    sink.close();
  }
}

/** Formats bytes as Go prints them: `[1 2 3]`. */
function goBytes(hex: string): string {
  return `[${[...Buffer.from(hex, 'hex')].join(' ')}]`;
}
