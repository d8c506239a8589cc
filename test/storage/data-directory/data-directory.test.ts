import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databasePath, walPath } from '../../../src/storage/data-directory/layout.js';
import { lockHolder } from '../../../src/storage/data-directory/lock-holder.js';
import { migrateDataDirectory } from '../../../src/storage/data-directory/migrate.js';
import { replaceDatabase } from '../../../src/storage/data-directory/replace-database.js';
import { WalRecordWriter } from '../../../src/storage/wal/record-writer.js';
import { Entry, EntryType } from '../../../src/wire/records.js';
import { readDatabase } from '../support/databases.js';
import { snapshotOf, unzipped } from '../support/fixtures.js';

let directory: string;
let database: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'data-directory-'));
  database = databasePath(directory);
  mkdirSync(join(directory, 'member/snap'), { recursive: true });
  mkdirSync(walPath(directory));
});
afterEach(() => rmSync(directory, { recursive: true }));

function writeDataDirectory(version: string, wal = unzipped(`etcd-${version}.wal`)): void {
  writeFileSync(database, snapshotOf(version).subarray(0, -32), { mode: 0o640 });
  writeFileSync(join(walPath(directory), `${'0'.repeat(16)}-${'0'.repeat(16)}.wal`), wal);
}

function contents() {
  return readDatabase(Uint8Array.from(readFileSync(database)));
}

describe('replaceDatabase', () => {
  it('writes the same contents to a new file with the same mode', async () => {
    writeDataDirectory('3.7.1');
    const before = contents();
    const { mode } = statSync(database);
    const { oldBytes, newBytes } = await replaceDatabase(database);
    expect(newBytes).toBeLessThanOrEqual(oldBytes);
    expect(statSync(database)).toMatchObject({ size: newBytes, mode });
    expect(contents()).toEqual(before);
    expect(readdirSync(join(directory, 'member/snap'))).toEqual(['db']);
  });

  it('does not change a corrupt file', async () => {
    writeDataDirectory('3.7.1');
    const bytes = readFileSync(database);
    for (let page = 2; page < 8; page++) bytes[page * 4096] = 0xee;
    writeFileSync(database, bytes);
    await expect(replaceDatabase(database)).rejects.toThrow();
    expect(readFileSync(database).equals(bytes)).toBe(true);
    expect(readdirSync(join(directory, 'member/snap'))).toEqual(['db']);
  });

  it('does not replace a database that has changed since it was opened', async () => {
    writeDataDirectory('3.7.1');
    let changed: Buffer | undefined;
    const onProgress = () => {
      if (changed !== undefined) return;
      changed = Buffer.concat([readFileSync(database), Buffer.alloc(4096)]);
      writeFileSync(database, changed);
    };
    await expect(replaceDatabase(database, { onProgress })).rejects.toThrow(
      `${database} has changed while it was read`,
    );
    expect(readFileSync(database).equals(changed ?? Buffer.alloc(0))).toBe(true);
    expect(readdirSync(join(directory, 'member/snap'))).toEqual(['db']);
  });

  it('does not create a missing database', async () => {
    await expect(replaceDatabase(database)).rejects.toThrow(`open ${database}: no such file or directory`);
    expect(readdirSync(join(directory, 'member/snap'))).toEqual([]);
  });
});

describe('migrateDataDirectory', () => {
  const migrate = (minor: number, force = false) =>
    migrateDataDirectory({ dataDirectory: directory, target: { major: 3, minor }, force });
  const storageVersion = () => Object.fromEntries(contents().meta ?? []).storageVersion;

  it('migrates up and down', async () => {
    writeDataDirectory('3.5.30');
    expect(await migrate(7)).toMatchObject({ from: { minor: 5 }, isChanged: true });
    expect(storageVersion()).toBe('3.7.0');
    expect(await migrate(7)).toMatchObject({ isChanged: false });
    expect(await migrate(6)).toMatchObject({ from: { minor: 7 }, isChanged: true });
    expect(storageVersion()).toBe('3.6.0');
    expect(await migrate(5)).toMatchObject({ from: { minor: 6 }, isChanged: true });
    expect(storageVersion()).toBeUndefined();
  });

  it('rejects an unsupported version, unless forced', async () => {
    writeDataDirectory('3.7.1');
    const message = 'cannot create migration plan: version "3.8.0" is not supported';
    await expect(migrate(9)).rejects.toThrow(message);
    expect(await migrate(9, true)).toMatchObject({ overriddenError: message });
    expect(storageVersion()).toBe('3.9.0');
  });

  it('rejects a database of 3.4', async () => {
    writeDataDirectory('3.4.23');
    await expect(migrate(6)).rejects.toThrow('missing term information');
  });

  it('rejects a version below what the WAL needs', async () => {
    const log = new WalRecordWriter();
    log.begin();
    const data = Buffer.from([0xe2, 0xea, 0x04, 0x00]);
    log.add(
      'entry',
      Entry.encode(Entry.create({ type: EntryType.EntryNormal, index: 1n, term: 1n, data })).finish(),
    );
    writeDataDirectory('3.7.1', log.finish());
    await expect(migrate(5)).rejects.toThrow(
      'cannot downgrade storage, WAL contains newer entries, as the target version (3.5.0) is lower than the version (3.6.0) detected from WAL logs',
    );
    expect(storageVersion()).toBe('3.7.0');
  });
});

describe('lockHolder', () => {
  it('finds the process in /proc/locks', () => {
    writeDataDirectory('3.7.1');
    const { ino } = statSync(database);
    const other = '2: POSIX  ADVISORY  WRITE 44 fe:00:1 0 EOF\n';
    const locked = `${other}1: FLOCK  ADVISORY  WRITE 999999999 fe:00:${ino} 0 EOF\n`;
    expect(lockHolder(database, () => locked)).toEqual({ kind: 'held', processId: 999999999 });
    expect(lockHolder(database, () => other)).toEqual({ kind: 'none' });
    expect(lockHolder(database, () => readFileSync(join(directory, 'none'), 'latin1'))).toEqual({
      kind: 'unknown',
    });
  });

  it.runIf(existsSync('/proc/locks'))('checks the open files of the process by inode, not by path', () => {
    writeDataDirectory('3.7.1');
    const entry = `1: FLOCK  ADVISORY  WRITE ${process.pid} 00:2a:${statSync(database).ino} 0 EOF\n`;
    const locks = () => entry;
    expect(lockHolder(database, locks)).toEqual({ kind: 'none' });
    linkSync(database, join(directory, 'as-in-a-container'));
    const descriptor = openSync(join(directory, 'as-in-a-container'), 'r');
    expect(lockHolder(database, locks)).toEqual({ kind: 'held', processId: process.pid });
    closeSync(descriptor);
    expect(lockHolder(database, locks)).toEqual({ kind: 'none' });
  });

  it('finds a lock that is left out when the list is read for the first time', () => {
    writeDataDirectory('3.7.1');
    const entry = (inode: number) => `1: FLOCK  ADVISORY  WRITE ${process.pid} 00:2a:${inode} 0 EOF\n`;
    const { ino } = statSync(database);
    const descriptor = openSync(database, 'r');
    const held = { kind: 'held', processId: process.pid };
    const listed = (...lists: string[]) => lockHolder(database, () => lists.shift() ?? '');
    expect(listed(entry(0), entry(ino), entry(ino))).toEqual(held);
    expect(listed(entry(0), entry(ino), entry(1), entry(2), entry(3), entry(4))).toEqual(held);
    expect(listed(entry(0), entry(0), entry(ino))).toEqual({ kind: 'none' });
    closeSync(descriptor);
  });
});
