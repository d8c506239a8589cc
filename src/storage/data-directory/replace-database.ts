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
import { removeTree, renamePath, statOf, syncDirectory } from '../directory.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { systemCall } from '../system-call.js';
import { rejectStartedServer } from './lock-holder.js';

export interface ReplaceOptions extends LongTaskOptions {
  readonly edits?: DatabaseEdits;
}

export interface Replacement {
  readonly oldBytes: number;
  readonly newBytes: number;
}

/**
 * Writes the database to a new file without unused pages, checks that file and renames it over the old one. The server must not be
 * running. The old file is unchanged until the rename. Owner and mode are kept. Progress counts the bytes of the old database, against a
 * total of twice its size. Throws `CommandError` and `CorruptFileError`.
 */
export async function replaceDatabase(path: string, options: ReplaceOptions = {}): Promise<Replacement> {
  const before = versionOf(path);
  const source = FileByteSource.open(path);
  const newPath = replacementPath(path);
  try {
    const newBytes = await writeChecked(source, newPath, options);
    keepOwner(path, newPath);
    rejectStartedServer(path);
    if (versionOf(path) !== before) {
      throw new CommandError(
        `${path} has changed while it was read: a server or another program has written to it`,
      );
    }
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

/** Differs when the file was written to, or replaced; empty when there is none. */
function versionOf(path: string): string {
  const status = statOf(path);
  return status === undefined ? '' : [status.dev, status.ino, status.size, status.mtimeMs].join(' ');
}

/**
 * The path of the new file until it is renamed. A server deletes files with such names at its start; since 3.7 it no longer deletes
 * `db.tmp.…`, which etcd's own defragmentation leaves behind (bootstrapSnapshot in server/etcdserver/bootstrap.go).
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
  const checksum = new Crc32c();
  const sink = FileByteSink.create(newPath);
  let newBytes: number;
  try {
    const total = 2 * bolt.sizeBytes;
    const taskOptions = { signal, onProgress: (done: number) => onProgress?.(done, total) };
    newBytes = await rewriteDatabase(bolt, sink, { ...taskOptions, ...(edits && { edits }), checksum });
    await sink.sync();
  } finally {
    sink.close();
  }
  await checkWritten(newPath, checksum.value, { signal });
  return newBytes;
}

/** Reads the new file and compares its hash: it is going to replace the only copy. */
async function checkWritten(path: string, expectedHash: number, options: LongTaskOptions): Promise<void> {
  const source = FileByteSource.open(path);
  try {
    const bolt = BoltFile.open(source);
    const task = new LongTask(bolt.sizeBytes, options);
    const hash = new Crc32c();
    for (const { leaf } of checkedLeaves(bolt, { rejectWriteHazards: true })) {
      hashLeaf(hash, leaf);
      if (task.shouldYield(leaf.bytes.length)) await task.yield();
    }
    if (hash.value !== expectedHash)
      throw bolt.reader.corrupt('the new file does not read back as it was written', 0);
  } finally {
    source.close();
  }
}

/** Gives the new file the owner and mode of the old one: the program may run as root, the server as another user. */
function keepOwner(oldPath: string, newPath: string): void {
  const { uid, gid, mode } = systemCall('stat', oldPath, () => statSync(systemPath(oldPath)));
  const current = systemCall('stat', newPath, () => statSync(systemPath(newPath)));
  const target = systemPath(newPath);
  if (current.uid !== uid || current.gid !== gid)
    systemCall('chown', newPath, () => chownSync(target, uid, gid));
  systemCall('chmod', newPath, () => chmodSync(target, mode & 0o777));
}
