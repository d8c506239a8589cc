import { CorruptFileError } from '../../../src/model/errors.js';
import { backendHash } from '../../../src/storage/backend/backend-hash.js';
import { hashKv } from '../../../src/storage/backend/hash-kv.js';
import { readMetaValues, recordedVersions } from '../../../src/storage/backend/meta-bucket.js';
import { lastRevision } from '../../../src/storage/backend/revision-key.js';
import { rewriteDatabase } from '../../../src/storage/backend/rewrite.js';
import { hashLeaf, snapshotStatus } from '../../../src/storage/backend/snapshot-status.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { checkedLeaves } from '../../../src/storage/bolt/check.js';
import type { ByteSource } from '../../../src/storage/byte-source.js';
import { Crc32c } from '../../../src/storage/crc32c.js';
import { minimumVersionOf } from '../../../src/storage/data-directory/migrate.js';
import { decodeSnap } from '../../../src/storage/raft-snapshot/snap-file.js';
import { verifySnapshot } from '../../../src/storage/snapshot/verify.js';
import { walRecords } from '../../../src/storage/wal/record-reader.js';
import { Entry } from '../../../src/wire/records.js';
import { MemoryByteSink, StrictByteSource } from '../support/memory.js';
import type { SeededRandom } from '../support/random.js';

/** Reads a file as one of the commands does. */
export type Reader = (source: ByteSource, random: SeededRandom) => Promise<unknown>;

export const DATABASE_READERS: readonly Reader[] = [
  (source) => snapshotStatus(BoltFile.open(source), { counting: 'user-keys' }),
  (source) => snapshotStatus(BoltFile.open(source), { counting: 'pairs' }),
  (source) => verifySnapshot(source),
  (source) => hashKv(BoltFile.open(source), { revision: 0n }),
  (source) => backendHash(BoltFile.open(source)),
  async (source) => readSmallFacts(BoltFile.open(source)),
  async (source) => readBackwards(BoltFile.open(source)),
  rewriteChecked,
];

export const LOG_READERS: readonly Reader[] = [
  async (source, random) => readLog(source, { crc: undefined, isLastFile: random.below(2) === 0 }),
];

export const SNAP_READERS: readonly Reader[] = [
  async (source) => decodeSnap(source.read(0, source.sizeBytes), source.path),
];

function readSmallFacts(bolt: BoltFile): void {
  readMetaValues(bolt);
  recordedVersions(bolt);
  lastRevision(bolt);
}

function readBackwards(bolt: BoltFile): void {
  for (const bucket of bolt.buckets()) for (const _ of bolt.pairs(bucket, 'descending'));
}

/** A database that can be read must be copied to a valid one with the same contents. */
async function rewriteChecked(source: ByteSource): Promise<void> {
  const sink = new MemoryByteSink();
  const checksum = new Crc32c();
  await rewriteDatabase(BoltFile.open(source), sink, { checksum });
  try {
    const hash = new Crc32c();
    const copy = BoltFile.open(new StrictByteSource(sink.bytes));
    for (const { leaf } of checkedLeaves(copy, { rejectWriteHazards: true })) hashLeaf(hash, leaf);
    if (hash.value !== checksum.value) throw new Error('the copy reads differently');
  } catch (cause) {
    throw new Error('a readable database was copied into a broken one', { cause });
  }
}

function readLog(source: ByteSource, options: Parameters<typeof walRecords>[1]): void {
  const entries: Entry[] = [];
  for (const { type, data, offset } of walRecords(source, options)) {
    if (type === 'entry') entries.push(decodeEntry(data, source.path, offset));
  }
  minimumVersionOf(entries);
}

/** Like `decodeBackendRecord` in wal-directory.ts. */
function decodeEntry(data: Uint8Array, path: string, offset: number): Entry {
  try {
    return Entry.decode(data);
  } catch (cause) {
    throw new CorruptFileError('cannot decode a WAL record', path, offset, { cause });
  }
}
