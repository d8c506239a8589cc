import { CommandError } from '../../model/errors.js';
import type { HardState } from '../../wire/records.js';
import { type MemberRecord, memberJson, memberKey } from '../backend/member-json.js';
import { type DatabaseEdits, rewriteDatabase } from '../backend/rewrite.js';
import { BUCKETS, encodeNumber, META_KEYS } from '../backend/schema.js';
import { BoltFile } from '../bolt/bolt-file.js';
import { BoltWriter } from '../bolt/bolt-writer.js';
import { FileByteSink } from '../byte-sink.js';
import { FileByteSource } from '../byte-source.js';
import { databasePath } from '../data-directory/layout.js';
import { lockHolder } from '../data-directory/lock-holder.js';
import type { LongTaskOptions } from '../long-task.js';

export interface DatabaseBackup extends LongTaskOptions {
  readonly dataDirectory: string;
  readonly withV3: boolean;
  readonly member: MemberRecord;
  readonly state: HardState;
}

const PAGE_BYTES = 4096;

/** Writes the database of a backup: a copy of the old one, or one with only the member. Throws `CommandError` and `CorruptFileError`. */
export async function backupDatabase(target: string, backup: DatabaseBackup): Promise<void> {
  const sink = FileByteSink.create(target);
  try {
    if (backup.withV3) await copyDatabase(sink, backup);
    else writeEmptyDatabase(sink, backup);
    await sink.sync();
  } finally {
    sink.close();
  }
}

async function copyDatabase(sink: FileByteSink, backup: DatabaseBackup): Promise<void> {
  const { dataDirectory, member, signal, onProgress } = backup;
  const path = databasePath(dataDirectory);
  const source = FileByteSource.open(path);
  try {
    rejectRunningServer(path);
    await rewriteDatabase(BoltFile.open(source), sink, { signal, onProgress, edits: memberEdits(member) });
  } finally {
    source.close();
  }
}

/** A running server would change the file while it is read. */
function rejectRunningServer(path: string): void {
  const holder = lockHolder(path);
  if (holder.kind !== 'held') return;
  throw new CommandError(`timed out waiting to acquire lock on ${path}`, {
    reasons: [
      `process ${holder.processId} uses the database: stop the server, or save a snapshot with ETCDCTL_API=3`,
    ],
  });
}

/** Replaces all members by this one, and removes the cluster version. */
function memberEdits(member: MemberRecord): DatabaseEdits {
  return new Map([
    [
      BUCKETS.members,
      {
        isCleared: true,
        changes: [{ key: Buffer.from(memberKey(member.id)), value: Buffer.from(memberJson(member)) }],
      },
    ],
    [BUCKETS.membersRemoved, { isCleared: true }],
    [BUCKETS.cluster, { isCleared: true }],
  ]);
}

/** The consistent index is the commit index, as if all entries were applied: entries of version 3 are empty in the new log. */
function writeEmptyDatabase(sink: FileByteSink, { member, state }: DatabaseBackup): void {
  const { commit = 0n, term = 0n } = state;
  const writer = new BoltWriter(sink, PAGE_BYTES);
  writer.beginBucket(Buffer.from(BUCKETS.cluster));
  writer.beginBucket(Buffer.from(BUCKETS.members));
  writer.add(Buffer.from(memberKey(member.id)), Buffer.from(memberJson(member)));
  writer.beginBucket(Buffer.from(BUCKETS.membersRemoved));
  writer.beginBucket(Buffer.from(BUCKETS.meta));
  writer.add(Buffer.from(META_KEYS.consistentIndex), encodeNumber(commit));
  writer.add(Buffer.from(META_KEYS.term), encodeNumber(term));
  writer.finish();
}
