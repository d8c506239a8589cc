import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { baseName, joinPath, parentPath, systemPath } from '../../go/file-path.js';
import { CommandError } from '../../model/errors.js';
import { type DatabaseEdits, rewriteDatabase } from '../backend/rewrite.js';
import { hashLeaf } from '../backend/snapshot-status.js';
import { BoltFile } from '../bolt/bolt-file.js';
import { checkedLeaves } from '../bolt/check.js';
import { FileByteSink } from '../byte-sink.js';
import { FileByteSource } from '../byte-source.js';
import { Crc32c } from '../crc32c.js';
import { removeTree, renamePath, syncDirectory } from '../directory.js';
import { Pace, type PaceOptions } from '../pace.js';
import { attempt } from '../system-call.js';
import { lockHolder } from './lock-holder.js';

export interface ReplaceOptions extends PaceOptions {
  readonly edits?: DatabaseEdits;
}

export interface Replacement {
  readonly oldBytes: number;
  readonly newBytes: number;
}

/**
 * Writes the database anew, without unused pages, checks the new file and puts it into the old one's place. The server
 * must not run. Until the last step, the rename, the old file is untouched. Owner and mode stay. Progress counts bytes
 * of the old database, twice. Throws `CommandError` and `CorruptFileError`.
 */
export async function replaceDatabase(path: string, options: ReplaceOptions = {}): Promise<Replacement> {
  const source = FileByteSource.open(path);
  const newPath = replacementPath(path);
  try {
    const newBytes = await writeChecked(source, newPath, options);
    keepOwner(path, newPath);
    rejectStartedServer(path);
    renamePath(newPath, path);
    await syncDirectory(parentPath(path));
    return { oldBytes: source.sizeBytes, newBytes };
  } catch (error) {
    removeTree(newPath);
    throw error;
  } finally {
    source.close();
  }
}

/**
 * Where the new database grows. A server that starts deletes what has such a name and was left behind; from 3.7 on not
 * what etcd's own defragmentation leaves, `db.tmp.…` (bootstrapSnapshot in server/etcdserver/bootstrap.go).
 */
export function replacementPath(path: string): string {
  return joinPath(parentPath(path), `tmp.${baseName(path)}.${randomBytes(6).toString('hex')}`);
}

async function writeChecked(
  source: FileByteSource,
  newPath: string,
  { edits, signal, onProgress }: ReplaceOptions,
): Promise<number> {
  const bolt = BoltFile.open(source);
  const written = new Crc32c();
  const sink = FileByteSink.create(newPath);
  let newBytes: number;
  try {
    const total = 2 * bolt.sizeBytes;
    const pace = { signal, onProgress: (done: number) => onProgress?.(done, total) };
    newBytes = await rewriteDatabase(bolt, sink, { ...pace, ...(edits && { edits }), written });
    await sink.sync();
  } finally {
    sink.close();
  }
  await checkWritten(newPath, written.value, { signal });
  return newBytes;
}

/** Reads it all back: a disk may have lost something, and there will be no other copy. */
async function checkWritten(path: string, expectedHash: number, options: PaceOptions): Promise<void> {
  const source = FileByteSource.open(path);
  try {
    const bolt = BoltFile.open(source);
    const pace = new Pace(bolt.sizeBytes, options);
    const hash = new Crc32c();
    for (const { leaf } of checkedLeaves(bolt, { refuseWriteHazards: true })) {
      hashLeaf(hash, leaf);
      if (pace.isDue(leaf.bytes.length)) await pace.rest();
    }
    if (hash.value !== expectedHash)
      throw bolt.reader.corrupt('the new file does not read back as it was written', 0);
  } finally {
    source.close();
  }
}

/** One that has started meanwhile goes on with the old file, and what it writes there would be lost. */
function rejectStartedServer(path: string): void {
  const holder = lockHolder(path);
  if (holder.kind !== 'held') return;
  throw new CommandError(`a server has opened ${path} meanwhile: process ${holder.processId}`);
}

/** The administrator's program must not take the file from the server's account. */
function keepOwner(oldPath: string, newPath: string): void {
  const { uid, gid, mode } = attempt('stat', oldPath, () => statSync(systemPath(oldPath)));
  const made = attempt('stat', newPath, () => statSync(systemPath(newPath)));
  const target = systemPath(newPath);
  if (made.uid !== uid || made.gid !== gid) attempt('chown', newPath, () => chownSync(target, uid, gid));
  attempt('chmod', newPath, () => chmodSync(target, mode & 0o777));
}
