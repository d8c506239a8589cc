import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashKv } from '../../../src/storage/backend/hash-kv.js';
import { parseMinorVersion, recordedVersions } from '../../../src/storage/backend/meta-bucket.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { decodeSnap } from '../../../src/storage/raft-snapshot/snap-file.js';
import { planCluster } from '../../../src/storage/restore/cluster-plan.js';
import { parseInitialCluster } from '../../../src/storage/restore/peer-urls.js';
import { restoredSnap, restoredWal } from '../../../src/storage/restore/raft-files.js';
import { type RestoreRequest, restoreSnapshot } from '../../../src/storage/restore/restore.js';
import { Staging } from '../../../src/storage/restore/staging.js';
import { verifySnapshot } from '../../../src/storage/snapshot/verify.js';
import { readDatabase } from '../support/databases.js';
import { expectedOf, json, SERVER_VERSIONS, snapshotOf, unzipped } from '../support/fixtures.js';
import { StrictByteSource } from '../support/memory.js';

interface RestoredByEtcdutl {
  readonly initialCluster: string;
  readonly token: string;
  readonly name: string;
  readonly wal: string;
}

const REFERENCE = json<RestoredByEtcdutl>('restored-by-3.5.30');
const PLAN = planCluster(parseInitialCluster(REFERENCE.initialCluster), REFERENCE.token, REFERENCE.name);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'restore-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The entries of the directory, except the snapshot. */
function leftovers(): string[] {
  return readdirSync(directory).filter((name) => name !== 'snapshot.db');
}

function request(snapshot: Uint8Array, changes: Partial<RestoreRequest> = {}): RestoreRequest {
  const snapshotPath = join(directory, 'snapshot.db');
  writeFileSync(snapshotPath, snapshot);
  const dataDirectory = join(directory, 'data');
  const options = { walDirectory: undefined, plan: PLAN, skipHashCheck: false, revisionBump: 0n };
  return { snapshotPath, dataDirectory, ...options, ...changes };
}

function database(): Uint8Array {
  return Uint8Array.from(readFileSync(join(directory, 'data/member/snap/db')));
}

describe('the raft files', () => {
  it('have the same WAL as those of etcdutl 3.5, byte for byte', () => {
    expect(Buffer.from(restoredWal(PLAN)).toString('base64')).toBe(REFERENCE.wal);
  });

  it('have the same members and index as those of etcdutl 3.5', () => {
    const ours = decodeSnap(restoredSnap(PLAN), 'ours');
    const reference = decodeSnap(unzipped('restored-by-3.5.30.snap'), 'reference');
    expect(ours.metadata).toEqual(reference.metadata);
    const membersOf = (data: Uint8Array | undefined) => {
      const { Root } = JSON.parse(Buffer.from(data ?? []).toString()) as { Root: unknown };
      return JSON.stringify(Root).replaceAll(/"(Created|Modified)Index":\d+/g, '');
    };
    expect(membersOf(ours.data)).toBe(membersOf(reference.data));
  });
});

describe('restoreSnapshot', () => {
  it.each(SERVER_VERSIONS)('creates a data directory from a snapshot of etcd %s', async (version) => {
    const snapshot = snapshotOf(version);
    await restoreSnapshot(request(snapshot));
    expect(leftovers()).toEqual(['data']);
    expect(readFileSync(join(directory, 'snapshot.db')).equals(snapshot)).toBe(true);
    const bytes = database();
    await verifySnapshot(new StrictByteSource(bytes));
    const [before, after] = [readDatabase(snapshot), readDatabase(bytes)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const name of ['alarm', 'auth', 'authRoles', 'authUsers', 'cluster', 'key', 'lease']) {
      expect(after[name], name).toEqual(before[name]);
    }
    expect(after.members?.map(([id]) => id)).toEqual([
      '67aeadb9c005a765',
      'd90ecec6f5ec0956',
      'fee7fbf52e362f7e',
    ]);
    expect(Object.fromEntries(after.meta ?? [])).toMatchObject({
      consistent_index: '\0\0\0\0\0\0\0\x03',
      term: '\0\0\0\0\0\0\0\x01',
    });
    const { servedHashKv } = expectedOf(version);
    const bolt = BoltFile.open(new StrictByteSource(bytes));
    expect(await hashKv(bolt, { revision: 0n })).toMatchObject({ hash: servedHashKv.hash });
  });

  it('creates files and directories with the same modes as a server', async () => {
    await restoreSnapshot(request(snapshotOf('3.7.1')));
    const mode = (path: string) => statSync(join(directory, 'data', path)).mode & 0o777;
    expect(['.', 'member', 'member/snap', 'member/wal'].map(mode)).toEqual([0o700, 0o700, 0o700, 0o700]);
    expect(mode('member/snap/db')).toBe(0o600);
    expect(mode('member/wal/0000000000000000-0000000000000000.wal')).toBe(0o600);
    const wal = statSync(join(directory, 'data/member/wal/0000000000000000-0000000000000000.wal'));
    expect(wal.size).toBe(64_000_000);
    expect(existsSync(join(directory, 'data/member/snap/0000000000000001-0000000000000003.snap'))).toBe(true);
  });

  it('bumps the revision and marks older revisions as compacted', async () => {
    await restoreSnapshot(request(snapshotOf('3.7.1'), { revisionBump: 1000n }));
    const { revision } = expectedOf('3.7.1').userKeys;
    const bolt = BoltFile.open(new StrictByteSource(database()));
    expect(await hashKv(bolt, { revision: 0n })).toMatchObject({
      hashRevision: BigInt(revision + 1000),
      compactRevision: BigInt(revision + 1000),
    });
  });

  it('rejects a bump beyond 63 bits', async () => {
    const bumped = restoreSnapshot(request(snapshotOf('3.7.1'), { revisionBump: 2n ** 63n - 10n }));
    await expect(bumped).rejects.toThrow('it would overflow');
    expect(leftovers()).toEqual([]);
  });

  it.each([
    ['3.6', { major: 3, minor: 6 }],
    ['3.5', undefined],
  ])('adapts a snapshot of 3.7 to %s', async (target, storageVersion) => {
    await restoreSnapshot(request(snapshotOf('3.7.1'), { targetVersion: parseMinorVersion(target) }));
    const bolt = BoltFile.open(new StrictByteSource(database()));
    expect(recordedVersions(bolt)).toEqual({ storageVersion, clusterVersion: undefined });
  });

  it('keeps the recorded versions of an older snapshot', async () => {
    await restoreSnapshot(request(snapshotOf('3.6.14'), { targetVersion: { major: 3, minor: 7 } }));
    const version = { major: 3, minor: 6 };
    expect(recordedVersions(BoltFile.open(new StrictByteSource(database())))).toEqual({
      storageVersion: version,
      clusterVersion: version,
    });
  });

  it('restores into an empty directory without replacing it, because it may be a mount point', async () => {
    mkdirSync(join(directory, 'data'));
    const { ino } = statSync(join(directory, 'data'));
    await restoreSnapshot(request(snapshotOf('3.7.1')));
    expect(statSync(join(directory, 'data')).ino).toBe(ino);
    expect(readdirSync(join(directory, 'data'))).toEqual(['member']);
  });

  it('writes the WAL to another directory', async () => {
    await restoreSnapshot(request(snapshotOf('3.7.1'), { walDirectory: join(directory, 'logs/wal') }));
    expect(readdirSync(join(directory, 'data/member'))).toEqual(['snap']);
    expect(readdirSync(join(directory, 'logs'))).toEqual(['wal']);
    expect(readdirSync(join(directory, 'logs/wal'))).toHaveLength(1);
  });

  it('writes the WAL to another directory within the data directory', async () => {
    await restoreSnapshot(request(snapshotOf('3.7.1'), { walDirectory: join(directory, 'data/wal') }));
    expect(readdirSync(join(directory, 'data'))).toEqual(['member', 'wal']);
  });
});

describe('a restore that fails leaves nothing behind', () => {
  const snapshot = snapshotOf('3.7.1');
  const flipped = Uint8Array.from(snapshot, (byte, index) => (index === 9000 ? byte ^ 1 : byte));
  /** Its pages are corrupt, but its trailer is correct. */
  const corrupt = withTrailer(flippedPages(snapshot));

  it.each<readonly [string, Uint8Array, Partial<RestoreRequest>]>([
    ['snapshot missing hash but --skip-hash-check=false', snapshot.slice(0, -32), {}],
    ['expected sha256 [', flipped, {}],
    ['has the page ID', corrupt, {}],
    ['invalid argument', new Uint8Array(31), { skipHashCheck: true }],
    ['is not an etcd database', new Uint8Array(32), { skipHashCheck: true }],
    ['the file is truncated', snapshot.slice(0, 20_000), { skipHashCheck: true }],
  ])('%s', async (message, bytes, changes) => {
    await expect(restoreSnapshot(request(bytes, changes))).rejects.toThrow(message);
    expect(leftovers()).toEqual([]);
    const walDirectory = join(directory, 'deep/er/wal');
    const dataDirectory = join(directory, 'new/data');
    await expect(
      restoreSnapshot(request(bytes, { ...changes, walDirectory, dataDirectory })),
    ).rejects.toThrow();
    expect(leftovers()).toEqual([]);
  });

  it('but what others have put into a directory that it has made', () => {
    const staging = new Staging();
    const parent = join(directory, 'made/by/it');
    staging.add(join(parent, 'm1'));
    writeFileSync(join(directory, 'made/theirs'), 'theirs');
    staging.discard();
    expect(readdirSync(join(directory, 'made'))).toEqual(['theirs']);
    const other = new Staging();
    other.add(join(directory, 'other/m1'));
    other.discard();
    expect(existsSync(join(directory, 'other'))).toBe(false);
  });

  it('when the signal aborts', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    for (const skipHashCheck of [false, true]) {
      const interrupted = restoreSnapshot(request(snapshot, { signal, skipHashCheck }));
      await expect(interrupted).rejects.toThrow('enough');
      expect(leftovers()).toEqual([]);
    }
  });

  it('when a directory is not empty', async () => {
    mkdirSync(join(directory, 'data/old'), { recursive: true });
    const dataDirectory = join(directory, 'data');
    await expect(restoreSnapshot(request(snapshot))).rejects.toThrow(
      `data-dir "${dataDirectory}" not empty or could not be read`,
    );
    const other = { dataDirectory: join(directory, 'other'), walDirectory: join(directory, 'data/old') };
    await expect(restoreSnapshot(request(snapshot, other))).rejects.toThrow(
      `wal-dir "${other.walDirectory}" exists`,
    );
    expect(readdirSync(dataDirectory)).toEqual(['old']);
    expect(leftovers()).toEqual(['data']);
  });
});

function flippedPages(bytes: Uint8Array): Uint8Array {
  const body = bytes.slice(0, -32);
  for (let page = 2; page * 4096 < body.length; page++) body[page * 4096] = 0xee;
  return body;
}

function withTrailer(body: Uint8Array): Uint8Array {
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}
