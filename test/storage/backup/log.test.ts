import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backupEntry, scanLog, writeLog } from '../../../src/storage/backup/log.js';
import { FileByteSink } from '../../../src/storage/byte-sink.js';
import { WalRecordWriter } from '../../../src/storage/wal/record-writer.js';
import { decodeWalRecord, readWal } from '../../../src/storage/wal/wal-directory.js';
import { Entry, EntryType, HardState, Metadata, WalSnapshot } from '../../../src/wire/records.js';

const field = (number: number, contents: Uint8Array | string) => {
  const bytes = Buffer.from(contents);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  return Buffer.from([...bytes, left]);
}

/** A request to the version 2 store, as it is in the log. */
const request = (method: string, path: string) =>
  Buffer.concat([Buffer.from([0x08, 0x2a]), field(2, method), field(3, path), field(4, 'value')]);
const HEADER = field(100, Buffer.from([0x08, 1]));

const normal = (data: Uint8Array | undefined, index = 5n) =>
  Entry.create({ type: EntryType.EntryNormal, term: 2n, index, ...(data && { data }) });

describe('backupEntry', () => {
  it.each([
    ['a key of version 2', request('PUT', '/1/a')],
    ['the cluster version', request('PUT', '/0/version')],
    ['a read of a member', request('GET', '/0/members/ab12/attributes')],
    ['a key of version 2 in an InternalRaftRequest', field(2, request('PUT', '/1/a'))],
    ['an empty entry', undefined],
    ['bytes that are not a message', Buffer.from([0xff, 0xff, 0xff])],
    ['a request without header', field(1300, 'x')],
  ])('keeps %s', (_what, data) => {
    const entry = normal(data);
    expect(backupEntry(entry, false)).toBe(entry);
  });

  const empty = Entry.create({ type: EntryType.EntryNormal, term: 2n, index: 5n });

  it.each([
    ['the name of a member', request('PUT', '/0/members/ab12cd34ef/attributes')],
    [
      'the name of a member in an InternalRaftRequest',
      field(2, request('PUT', '/0/members/ab12/attributes')),
    ],
    ['the name of a member in a version 3 request', field(1301, 'x')],
  ])('empties %s, with and without version 3', (_what, data) => {
    expect([backupEntry(normal(data), false), backupEntry(normal(data), true)]).toEqual([empty, empty]);
  });

  it('empties membership changes', () => {
    for (const type of [EntryType.EntryConfChange, EntryType.EntryConfChangeV2]) {
      const entry = Entry.create({ type, term: 2n, index: 5n, data: Buffer.from('x') });
      expect(backupEntry(entry, true)).toEqual(empty);
    }
  });

  it('empties entries of version 3, unless its data is copied too', () => {
    const entry = normal(Buffer.concat([HEADER, field(4, 'a put')]));
    expect(backupEntry(entry, false)).toEqual(empty);
    expect(backupEntry(entry, true)).toBe(entry);
  });
});

describe('writeLog', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backup-log-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const METADATA = Metadata.encode(Metadata.create({ nodeId: 1n, clusterId: 2n })).finish();

  function logOf(entries: readonly (readonly [index: bigint, term: bigint, path: string])[]): string {
    const directory = mkdtempSync(join(folder, 'source-'));
    const log = new WalRecordWriter();
    log.begin();
    log.add('metadata', METADATA);
    for (const [index, term, path] of entries) {
      const entry = Entry.create({ type: EntryType.EntryNormal, term, index, data: request('PUT', path) });
      log.add('entry', Entry.encode(entry).finish());
      const state = HardState.create({ term, vote: 1n, commit: index });
      log.add('state', HardState.encode(state).finish());
    }
    writeFileSync(join(directory, '0000000000000000-0000000000000000.wal'), log.finish());
    return directory;
  }

  it('writes the entries after the snapshot, without those that a later leader has overwritten', async () => {
    const source = logOf([
      [3n, 1n, '/before'],
      [4n, 1n, '/a'],
      [5n, 1n, '/overwritten'],
      [6n, 1n, '/overwritten too'],
      [5n, 2n, '/b'],
      [6n, 2n, '/0/members/1/attributes'],
    ]);
    const summary = scanLog(source, 3n);
    expect(summary.validOrdinals).toEqual([1, 4, 5]);
    const target = mkdtempSync(join(folder, 'target-'));
    const file = join(target, '0000000000000000-0000000000000000.wal');
    const sink = FileByteSink.create(file);
    const snapshot = WalSnapshot.create({ index: 3n, term: 1n });
    await writeLog(sink, { source, summary, snapshot, withV3: false });
    await sink.sync();
    sink.close();
    const records = [...readWal(target)];
    expect(records.map(({ type }) => type)).toEqual([
      'crc',
      'metadata',
      'snapshot',
      'entry',
      'entry',
      'entry',
      'state',
      'snapshot',
    ]);
    const entries = records
      .filter(({ type }) => type === 'entry')
      .map((record) => decodeWalRecord(Entry, record));
    expect(entries.map(({ index, term, data }) => [index, term, data?.length ?? 0])).toEqual([
      [4n, 1n, request('PUT', '/a').length],
      [5n, 2n, request('PUT', '/b').length],
      [6n, 2n, 0],
    ]);
    expect(decodeWalRecord(HardState, records.at(-2) as never)).toMatchObject({
      term: 2n,
      vote: 1n,
      commit: 6n,
    });
    expect(readFileSync(join(source, '0000000000000000-0000000000000000.wal')).length).toBeGreaterThan(0);
  });

  it('fails when entries are missing', () => {
    expect(() => scanLog(logOf([[9n, 1n, '/a']]), 3n)).toThrow('entries 4 to 8 are missing from the WAL');
  });

  it('fails when the log has no metadata record', () => {
    const directory = mkdtempSync(join(folder, 'empty-'));
    const log = new WalRecordWriter();
    log.begin();
    writeFileSync(join(directory, '0000000000000000-0000000000000000.wal'), log.finish());
    expect(() => scanLog(directory, 0n)).toThrow('the WAL has no metadata record');
  });
});
