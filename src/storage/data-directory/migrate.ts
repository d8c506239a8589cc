import { CommandError } from '../../model/errors.js';
import { type Entry, EntryType } from '../../wire/records.js';
import {
  FIRST_WITH_STORAGE_VERSION,
  isOlder,
  type MinorVersion,
  parseMinorVersion,
  readMetaValues,
  versionText,
} from '../backend/meta-bucket.js';
import type { DatabaseEdits } from '../backend/rewrite.js';
import { BUCKETS, META_KEYS } from '../backend/schema.js';
import { BoltFile } from '../bolt/bolt-file.js';
import { FileByteSource } from '../byte-source.js';
import { FieldReader } from '../message-fields.js';
import type { PaceOptions } from '../pace.js';
import { entriesToReplay } from '../wal/wal-directory.js';
import { databasePath, walPath } from './layout.js';
import { replaceDatabase } from './replace-database.js';

interface MigrateRequest extends PaceOptions {
  readonly dataDirectory: string;
  readonly target: MinorVersion;
  /** Record the target even when the change is not possible. */
  readonly force: boolean;
}

/** `from` is the version that was recorded; `forcedDespite` is why it would have been refused. */
export interface Migration {
  readonly from: MinorVersion;
  readonly isChanged: boolean;
  readonly forcedDespite: string | undefined;
}

const OLDEST: MinorVersion = { major: 3, minor: 5 };
const NEWEST: MinorVersion = { major: 3, minor: 7 };

/**
 * Makes a data directory fit for another minor version, from 3.5 on (etcdutl/etcdutl/migrate_command.go and
 * server/storage/schema, v3.7.1). All that differs so far is the schema version that 3.6 began to record. Throws
 * `CommandError` in etcd's words.
 */
export async function migrateDataDirectory(request: MigrateRequest): Promise<Migration> {
  const { dataDirectory, target, signal, onProgress } = request;
  const path = databasePath(dataDirectory);
  const from = schemaVersion(path);
  if (versionText(from) === versionText(target)) return { from, isChanged: false, forcedDespite: undefined };
  const entries = newestVersionNeeded(entriesToReplay(walPath(dataDirectory)));
  const obstacle = findObstacle(from, target, entries);
  if (obstacle !== undefined && !request.force) throw new CommandError(obstacle);
  await replaceDatabase(path, { signal, onProgress, edits: migrationEdits(target) });
  return { from, isChanged: true, forcedDespite: obstacle };
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

function findObstacle(
  from: MinorVersion,
  target: MinorVersion,
  neededByLog: MinorVersion | undefined,
): string | undefined {
  if (from.major !== target.major) {
    return 'cannot create migration plan: changing major storage version is not supported';
  }
  const unknown = unknownMinor(from, target);
  if (unknown !== undefined) {
    return `cannot create migration plan: version "${from.major}.${unknown}.0" is not supported`;
  }
  const isRefused = isOlder(target, from) && neededByLog !== undefined && isOlder(target, neededByLog);
  if (!isRefused) return undefined;
  return (
    'cannot downgrade storage, WAL contains newer entries, as the target version ' +
    `(${versionText(target)}.0) is lower than the version (${versionText(neededByLog)}.0) detected from WAL logs`
  );
}

/** etcd goes from minor to minor, and stops at the first that it knows nothing about. */
function unknownMinor(from: MinorVersion, target: MinorVersion): number | undefined {
  if (isOlder(NEWEST, target) && isOlder(from, target)) return Math.max(from.minor, NEWEST.minor) + 1;
  return isOlder(NEWEST, from) ? from.minor : undefined;
}

function migrationEdits(target: MinorVersion): DatabaseEdits {
  const isRecorded = !isOlder(target, FIRST_WITH_STORAGE_VERSION);
  const value = isRecorded ? Buffer.from(`${versionText(target)}.0`) : undefined;
  return new Map([[BUCKETS.meta, { changes: [{ key: Buffer.from(META_KEYS.storageVersion), value }] }]]);
}

/** downgrade_version_test of etcdserverpb.InternalRaftRequest, and its version. */
const VERSION_TEST_TAG = 9900 * 8 + 2;
const VERSION_TAG = 1 * 8 + 2;
const FIRST_WITH_VERSION_TEST: MinorVersion = { major: 3, minor: 6 };

/**
 * The oldest etcd that understands all of the entries, if that is newer than 3.5 (server/storage/wal/version.go, which
 * goes by annotations in etcd's .proto files). The annotations of v3.7.1 name one request that 3.5 does not know.
 */
export function newestVersionNeeded(entries: Iterable<Entry>): MinorVersion | undefined {
  let newest: MinorVersion | undefined;
  for (const { type = EntryType.EntryNormal, data } of entries) {
    if (type !== EntryType.EntryNormal || data === undefined) continue;
    const needed = versionNeeded(data);
    if (needed !== undefined && (newest === undefined || isOlder(newest, needed))) newest = needed;
  }
  return newest;
}

function versionNeeded(request: Uint8Array): MinorVersion | undefined {
  const test = fieldContents(request, VERSION_TEST_TAG);
  if (test === undefined) return undefined;
  const version = fieldContents(test, VERSION_TAG) ?? new Uint8Array(0);
  const named = parseMinorVersion(Buffer.from(version).toString('utf8'));
  return named !== undefined && isOlder(FIRST_WITH_VERSION_TEST, named) ? named : FIRST_WITH_VERSION_TEST;
}

function fieldContents(message: Uint8Array, tag: number): Uint8Array | undefined {
  const reader = new FieldReader(message, 0, message.length);
  for (let field = reader.isAtEnd ? undefined : reader.next(); field !== undefined; ) {
    if (field.tag === tag) return message.subarray(field.contents.start, field.contents.end);
    field = reader.isAtEnd ? undefined : reader.next();
  }
  return undefined;
}
