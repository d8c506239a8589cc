import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CommandError, CorruptFileError } from '../../../src/model/errors.js';
import { minimumVersionOf } from '../../../src/storage/data-directory/migrate.js';
import { type WalReadOptions, walRecords } from '../../../src/storage/wal/record-reader.js';
import { WalRecordWriter } from '../../../src/storage/wal/record-writer.js';
import { entriesToReplay, readWal } from '../../../src/storage/wal/wal-directory.js';
import { Entry, EntryType, Metadata } from '../../../src/wire/records.js';
import { SERVER_VERSIONS, unzipped } from '../support/fixtures.js';
import { StrictByteSource } from '../support/memory.js';

const directory = mkdtempSync(join(tmpdir(), 'wal-'));
afterAll(() => rmSync(directory, { recursive: true }));

const ONLY_FILE: WalReadOptions = { crc: undefined, isLastFile: true };

function read(bytes: Uint8Array, options = ONLY_FILE) {
  return [...walRecords(new StrictByteSource(bytes), options)];
}

describe('walRecords', () => {
  it.each(SERVER_VERSIONS)('reads the log of etcd %s', (version) => {
    const records = read(unzipped(`etcd-${version}.wal`));
    expect(records.slice(0, 3).map(({ type }) => type)).toEqual(['crc', 'metadata', 'snapshot']);
    expect(Metadata.decode(records[1]?.data ?? new Uint8Array(0)).nodeId).toBeGreaterThan(0n);
    const entries = records.filter(({ type }) => type === 'entry').map(({ data }) => Entry.decode(data));
    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, index) => BigInt(index + 1)));
    expect(minimumVersionOf(entries)).toBeUndefined();
  });

  it('ends at zeros, at the end of the file, and at a torn write', () => {
    const whole = unzipped('etcd-3.7.1.wal');
    const count = read(whole).length;
    expect(read(Buffer.concat([whole, new Uint8Array(64)]))).toHaveLength(count);
    for (let length = whole.length - 1; length > whole.length - 300; length--) {
      expect(read(whole.slice(0, length)).length, `${length} bytes`).toBeLessThan(count);
    }
  });

  it('detects flipped bits', () => {
    const whole = unzipped('etcd-3.7.1.wal').slice(0, 2048);
    const contents = contentsOf(read(whole));
    const count = contents.length;
    for (let offset = 8; offset < 1500; offset += 3) {
      const damaged = Uint8Array.from(whole);
      damaged[offset] = (damaged[offset] ?? 0) ^ 0x20;
      try {
        const records = read(damaged);
        // A flipped bit in the padding, or in a field without contents, is not detected and changes nothing.
        if (records.length === count) expect(contentsOf(records), `offset ${offset}`).toEqual(contents);
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptFileError);
      }
    }
  });

  it('continues from the checksum of the previous file', () => {
    const log = new WalRecordWriter();
    log.begin();
    log.add('entry', Buffer.from('one'));
    const first = log.finish();
    log.begin();
    log.add('entry', Buffer.from('two'));
    const second = log.finish().subarray(first.length);
    const step = (() => {
      const records = walRecords(new StrictByteSource(first), { crc: undefined, isLastFile: false });
      let result = records.next();
      while (!result.done) result = records.next();
      return result.value;
    })();
    expect(read(second, { crc: step, isLastFile: true })).toHaveLength(2);
    expect(() => read(second, { crc: step ^ 1, isLastFile: true })).toThrow('checksum');
  });
});

function contentsOf(records: ReturnType<typeof read>) {
  return records.map(({ type, data }) => [type, Buffer.from(data).toString('hex')]);
}

describe('a WAL directory', () => {
  it('is replayed from the newest committed snapshot', () => {
    writeFileSync(join(directory, `${'0'.repeat(16)}-${'0'.repeat(16)}.wal`), unzipped('etcd-3.7.1.wal'));
    writeFileSync(join(directory, '0.tmp'), '');
    const entries = [...entriesToReplay(directory)];
    expect(entries[0]?.index).toBe(1n);
    expect([...readWal(directory)].length).toBeGreaterThan(entries.length);
  });

  it('must exist', () => {
    expect(() => [...readWal(join(directory, 'none'))]).toThrow(CommandError);
  });
});

describe('newestVersionNeeded', () => {
  const request = (version: string) =>
    Buffer.concat([
      Buffer.from([0xe2, 0xea, 0x04, version.length + 2, 0x0a, version.length]),
      Buffer.from(version),
    ]);

  it.each([
    ['3.5.0', { major: 3, minor: 6 }],
    ['3.8.0', { major: 3, minor: 8 }],
    ['', { major: 3, minor: 6 }],
  ])('reads the version in the one request that 3.5 does not know: %s', (version, expected) => {
    const entry = Entry.create({ type: EntryType.EntryNormal, data: request(version) });
    expect(minimumVersionOf([entry])).toEqual(expected);
  });
});
