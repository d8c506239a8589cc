import { CommandError, CorruptFileError } from '../../model/errors.js';
import { Metadata } from '../../wire/records.js';
import { type MemberRecord, parseMemberJson } from '../backend/member-json.js';
import { BUCKETS } from '../backend/schema.js';
import { BoltFile } from '../bolt/bolt-file.js';
import { FileByteSource } from '../byte-source.js';
import { decodeWalRecord, readWal } from '../wal/wal-directory.js';
import { databasePath } from './layout.js';

/** The members of the cluster as a database has them. Throws `CommandError` and `CorruptFileError`. */
export function membersOf(dataDirectory: string): readonly MemberRecord[] {
  const path = databasePath(dataDirectory);
  const source = FileByteSource.open(path);
  try {
    const bolt = BoltFile.open(source);
    const bucket = bolt.bucket(BUCKETS.members);
    const texts = bucket === undefined ? [] : Array.from(bolt.pairs(bucket), ({ value }) => textOf(value));
    return texts.map((text) => parsed(text, path));
  } finally {
    source.close();
  }
}

/** The id of the member whose log this is. Throws `CommandError` and `CorruptFileError`. */
export function ownMemberId(walDirectory: string): bigint {
  for (const record of readWal(walDirectory)) {
    if (record.type === 'metadata') return decodeWalRecord(Metadata, record).nodeId ?? 0n;
  }
  throw new CommandError(`the WAL in ${walDirectory} has no metadata`);
}

function textOf(value: Uint8Array): string {
  return Buffer.from(value).toString('utf8');
}

function parsed(text: string, path: string): MemberRecord {
  try {
    return parseMemberJson(text);
  } catch (cause) {
    throw new CorruptFileError('a member is not described as JSON', path, 0, { cause });
  }
}
