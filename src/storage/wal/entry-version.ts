import { type Entry, EntryType } from '../../wire/records.js';
import { isOlder, type MinorVersion, parseMinorVersion } from '../backend/versions.js';
import { FieldReader } from '../message-fields.js';

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
