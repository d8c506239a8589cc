import { CommandError } from '../../model/errors.js';
import { type Entry, EntryType } from '../../wire/records.js';
import {
  FIRST_WITH_STORAGE_VERSION,
  isOlder,
  type MinorVersion,
  minorVersionText,
  parseMinorVersion,
  readMetaValues,
} from '../backend/meta-bucket.js';
import type { DatabaseEdits } from '../backend/rewrite.js';
import { BUCKETS, META_KEYS } from '../backend/schema.js';
import { BoltFile } from '../bolt/bolt-file.js';
import { FileByteSource } from '../byte-source.js';
import type { LongTaskOptions } from '../long-task.js';
import { ProtobufReader } from '../protobuf-fields.js';
import { entriesToReplay } from '../wal/wal-directory.js';
import { databasePath, walPath } from './layout.js';
import { replaceDatabase } from './replace-database.js';

interface MigrateRequest extends LongTaskOptions {
  readonly dataDirectory: string;
  readonly target: MinorVersion;
  /** Record the target version even when the migration is not supported. */
  readonly force: boolean;
}

export interface Migration {
  /** The version before. */
  readonly from: MinorVersion;
  readonly isChanged: boolean;
  /** The error that `force` has overridden, if any. */
  readonly overriddenError: string | undefined;
}

const OLDEST: MinorVersion = { major: 3, minor: 5 };
const NEWEST: MinorVersion = { major: 3, minor: 7 };

/**
 * Migrates a data directory to another minor version, from 3.5 on (etcdutl/etcdutl/migrate_command.go and server/storage/schema,
 * v3.7.1). The only difference so far is the schema version, which is recorded since 3.6. Throws `CommandError` in etcd's words, and
 * `CorruptFileError`.
 */
export async function migrateDataDirectory(request: MigrateRequest): Promise<Migration> {
  const { dataDirectory, target, signal, onProgress } = request;
  const path = databasePath(dataDirectory);
  const from = schemaVersion(path);
  if (minorVersionText(from) === minorVersionText(target))
    return { from, isChanged: false, overriddenError: undefined };
  const entries = minimumVersionOf(entriesToReplay(walPath(dataDirectory)));
  const error = migrationError(from, target, entries);
  if (error !== undefined && !request.force) throw new CommandError(error);
  await replaceDatabase(path, { signal, onProgress, edits: migrationEdits(target) });
  return { from, isChanged: true, overriddenError: error };
}

function schemaVersion(path: string): MinorVersion {
  const source = FileByteSource.open(path);
  try {
    const { storageVersion, term } = readMetaValues(BoltFile.open(source));
    const recorded = parseMinorVersion(storageVersion);
    if (recorded !== undefined) return recorded;
    if (term === undefined || term === 0n) throw new CommandError('missing term information');
    return OLDEST;
  } finally {
    source.close();
  }
}

function migrationError(
  from: MinorVersion,
  target: MinorVersion,
  neededByLog: MinorVersion | undefined,
): string | undefined {
  if (from.major !== target.major) {
    return 'cannot create migration plan: changing major storage version is not supported';
  }
  const unsupported = unsupportedMinor(from, target);
  if (unsupported !== undefined) {
    return `cannot create migration plan: version "${from.major}.${unsupported}.0" is not supported`;
  }
  const isRejected = isOlder(target, from) && neededByLog !== undefined && isOlder(target, neededByLog);
  if (!isRejected) return undefined;
  return (
    'cannot downgrade storage, WAL contains newer entries, as the target version ' +
    `(${minorVersionText(target)}.0) is lower than the version (${minorVersionText(neededByLog)}.0) detected from WAL logs`
  );
}

/** etcd migrates one minor version at a time. Returns the first one that it does not know. */
function unsupportedMinor(from: MinorVersion, target: MinorVersion): number | undefined {
  if (isOlder(NEWEST, target) && isOlder(from, target)) return Math.max(from.minor, NEWEST.minor) + 1;
  return isOlder(NEWEST, from) ? from.minor : undefined;
}

function migrationEdits(target: MinorVersion): DatabaseEdits {
  const isRecorded = !isOlder(target, FIRST_WITH_STORAGE_VERSION);
  const value = isRecorded ? Buffer.from(`${minorVersionText(target)}.0`) : undefined;
  return new Map([[BUCKETS.meta, { changes: [{ key: Buffer.from(META_KEYS.storageVersion), value }] }]]);
}

/** The field downgrade_version_test of etcdserverpb.InternalRaftRequest, and the field version of that. */
const VERSION_TEST_TAG = 9900 * 8 + 2;
const VERSION_TAG = 1 * 8 + 2;
const FIRST_WITH_VERSION_TEST: MinorVersion = { major: 3, minor: 6 };

/**
 * The oldest version of etcd that can apply all of the entries; undefined when 3.5 can (server/storage/wal/version.go, which reads
 * annotations in etcd's .proto files). The annotations of v3.7.1 have one request that is newer than 3.5.
 */
export function minimumVersionOf(entries: Iterable<Entry>): MinorVersion | undefined {
  let newest: MinorVersion | undefined;
  for (const { type = EntryType.EntryNormal, data } of entries) {
    if (type !== EntryType.EntryNormal || data === undefined) continue;
    const needed = versionRequiredBy(data);
    if (needed !== undefined && (newest === undefined || isOlder(newest, needed))) newest = needed;
  }
  return newest;
}

function versionRequiredBy(request: Uint8Array): MinorVersion | undefined {
  const test = fieldContents(request, VERSION_TEST_TAG);
  if (test === undefined) return undefined;
  const version = fieldContents(test, VERSION_TAG) ?? new Uint8Array(0);
  const named = parseMinorVersion(Buffer.from(version).toString('utf8'));
  return named !== undefined && isOlder(FIRST_WITH_VERSION_TEST, named) ? named : FIRST_WITH_VERSION_TEST;
}

function fieldContents(message: Uint8Array, tag: number): Uint8Array | undefined {
  const reader = new ProtobufReader(message, 0, message.length);
  for (let field = reader.isAtEnd ? undefined : reader.next(); field !== undefined; ) {
    if (field.tag === tag) return message.subarray(field.contents.start, field.contents.end);
    field = reader.isAtEnd ? undefined : reader.next();
  }
  return undefined;
}
