/**
 * # Backing up a data directory
 *
 * The version 2 store is not in the database. It is the image in the newest `.snap` file, with the later entries of the WAL applied. A
 * backup is a copy of both, from which one new member can start as a new cluster with `--force-new-cluster` (HandleBackup in
 * etcdutl/etcdutl/backup_command.go of etcd 3.5):
 *
 * - `member/snap/<term>-<index>.snap`: the same image, with a placeholder instead of the members (store-image.ts)
 * - `member/wal/…`: the entries after the image. Entries that change members become empty, and so do those of version 3, unless
 *   its data is copied too (log.ts)
 * - `member/snap/db`: a database that has only the placeholder; with version 3, a copy of the database in which the placeholder replaces
 *   the members
 *
 * Everything is written into a temporary directory, synced and renamed, so that a backup is complete or does not exist. The source is
 * only read. The server may be running, unless the database is copied.
 */
import { randomBytes } from 'node:crypto';
import { joinPath } from '../../go/file-path.js';
import { CommandError } from '../../model/errors.js';
import { WalSnapshot } from '../../wire/records.js';
import type { MemberRecord } from '../backend/member-json.js';
import { FileByteSink } from '../byte-sink.js';
import { walPath } from '../data-directory/layout.js';
import { isEmptyDirectory, makeDirectories, statOf, syncDirectories } from '../directory.js';
import type { LongTaskOptions } from '../long-task.js';
import { snapName, votersOnly } from '../raft-snapshot/snap-file.js';
import { Staging } from '../restore/staging.js';
import { SEGMENT_BYTES, segmentName } from '../wal/format.js';
import { backupDatabase } from './database.js';
import { scanLog, writeLog } from './log.js';
import { readNewestImage, type StoreImage, writeImage } from './store-image.js';

export interface BackupRequest extends LongTaskOptions {
  readonly dataDirectory: string;
  /** `undefined`: within the data directory; `backupWalDirectory` likewise. */
  readonly walDirectory: string | undefined;
  readonly backupDirectory: string;
  readonly backupWalDirectory: string | undefined;
  readonly withV3: boolean;
}

/** A member with a random id and no real address. The server that starts from the backup replaces it by itself. */
function placeholderMember(): MemberRecord {
  return {
    id: randomBytes(8).readBigUInt64BE() | 1n,
    name: 'etcdctl-v2-backup',
    peerUrls: ['http://use-flag--force-new-cluster:2080'],
  };
}

/**
 * Copies the newest store image, the log after it and the database (without `withV3`: an empty one) to a new data directory, with a
 * placeholder in place of the members.
 * Throws `CommandError` and `CorruptFileError`; rejects with the signal's reason when it aborts. After a failure, all files that were
 * created are removed.
 */
export async function backUp(request: BackupRequest): Promise<void> {
  const { dataDirectory, backupDirectory, backupWalDirectory, withV3 } = request;
  rejectUsedDirectories(request);
  const member = placeholderMember();
  const image = await readNewestImage(joinPath(dataDirectory, 'member', 'snap'));
  const source = request.walDirectory ?? walPath(dataDirectory);
  const summary = scanLog(source, image?.index ?? 0n);
  const staging = new Staging();
  try {
    const data = staging.add(backupDirectory);
    const wal =
      backupWalDirectory === undefined ? walPath(data) : staging.addNestedOrSeparate(backupWalDirectory);
    const snap = joinPath(data, 'member', 'snap');
    makeDirectories(snap);
    makeDirectories(wal);
    if (image !== undefined)
      await writeImage(joinPath(snap, snapName(image.term, image.index)), image, member);
    await backupDatabase(joinPath(snap, 'db'), { ...request, member, state: summary.state });
    const sink = FileByteSink.create(joinPath(wal, segmentName(0n, 0n)));
    try {
      await writeLog(sink, {
        ...request,
        source,
        summary,
        withV3,
        snapshot: snapshotRecord(image, member),
      });
      sink.extend(Math.max(SEGMENT_BYTES, sink.position));
      await sink.sync();
    } finally {
      sink.close();
    }
    await syncDirectories(snap, data);
    await syncDirectories(wal, wal.startsWith(`${data}/`) ? data : wal);
    await staging.publish();
  } catch (error) {
    staging.discard();
    throw error;
  }
}

/** The snapshot record of the new log, which refers to the image. */
function snapshotRecord(image: StoreImage | undefined, member: MemberRecord): WalSnapshot {
  if (image === undefined) return WalSnapshot.create({ index: 0n, term: 0n });
  const { index, term } = image;
  return WalSnapshot.create({ index, term, confState: votersOnly([member]) });
}

function rejectUsedDirectories({ backupDirectory, backupWalDirectory }: BackupRequest): void {
  for (const directory of [joinPath(backupDirectory, 'member'), backupWalDirectory ?? '']) {
    if (directory === '' || statOf(directory) === undefined || isEmptyDirectory(directory)) continue;
    throw new CommandError(`expected ${JSON.stringify(directory)} to be empty`, {
      reasons: ['a backup does not overwrite files: give a new or empty directory'],
    });
  }
}
