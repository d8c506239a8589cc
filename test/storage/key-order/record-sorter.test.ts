import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DELETION, emptyRecord, type KeyRecord, PAUSE } from '../../../src/storage/key-order/key-record.js';
import { RECORDS_PER_PAUSE, RecordSorter } from '../../../src/storage/key-order/record-sorter.js';
import { Dice } from '../../support/lab/random/dice.js';

interface Change {
  readonly key: Buffer;
  readonly valueBytes: number;
}

function randomChanges(seed: number, count: number): Change[] {
  const dice = new Dice(seed);
  const parts = ['', '/registry/', 'pods/', 'a', '\0', '\xff', 'x'.repeat(200)];
  return Array.from({ length: count }, () => ({
    key: Buffer.from(
      Array.from({ length: dice.below(5) }, () => dice.pick(parts)).join('') + dice.below(60),
      'latin1',
    ),
    valueBytes: dice.below(4) === 0 ? DELETION : dice.below(1000),
  }));
}

/** The offset of each record is its place among the changes. */
function sorterOf(changes: readonly Change[], databaseBytes: number): RecordSorter {
  const sorter = new RecordSorter(databaseBytes);
  const record = emptyRecord();
  for (const [offset, { key, valueBytes }] of changes.entries()) {
    record.bytes = Buffer.concat([Buffer.from('#'), key, Buffer.from('#')]);
    record.keyStart = 1;
    record.keyEnd = 1 + key.length;
    Object.assign(record, { offset, sizeBytes: offset + 7, valueBytes });
    sorter.add(record);
  }
  return sorter;
}

function offsetsOf(records: Iterable<KeyRecord>, changes: readonly Change[]): number[] {
  return Array.from(records, ({ bytes, keyStart, keyEnd, offset, sizeBytes, valueBytes }) => {
    const change = changes[offset] as Change;
    expect(Buffer.compare(bytes.subarray(keyStart, keyEnd), change.key)).toBe(0);
    expect([sizeBytes, valueBytes]).toEqual([offset + 7, change.valueBytes]);
    return offset;
  });
}

function* withoutPauses(records: Iterable<KeyRecord | typeof PAUSE>): Generator<KeyRecord> {
  for (const record of records) if (record !== PAUSE) yield record;
}

/** Of a database of this size, ten records are held in memory: all others are in the file. */
const TEN_RECORDS = 330;

test.each([
  ['in memory', 1e6],
  ['in a file', TEN_RECORDS],
])('sorts records by their keys, those of one key in their own order, %s', (_where, databaseBytes) => {
  const changes = randomChanges(1, 3000);
  const sorter = sorterOf(changes, databaseBytes);
  const expected = [...changes.keys()].toSorted((a, b) =>
    Buffer.compare((changes[a] as Change).key, (changes[b] as Change).key),
  );
  expect(sorter.count).toBe(3000);
  for (const _round of [1, 2]) expect(offsetsOf(sorter.records(), changes)).toEqual(expected);
  sorter.close();
});

test.each([1e6, TEN_RECORDS])('has the last record of each key that is not deleted, %d', (databaseBytes) => {
  const changes = randomChanges(2, 3000);
  const sorter = sorterOf(changes, databaseBytes);
  const last = new Map(changes.map(({ key }, offset) => [key.toString('latin1'), offset]));
  const expected = [...last.values()]
    .filter((offset) => changes[offset]?.valueBytes !== DELETION)
    .toSorted((a, b) => Buffer.compare((changes[a] as Change).key, (changes[b] as Change).key));
  expect(offsetsOf(withoutPauses(sorter.liveRecords()), changes)).toEqual(expected);
  sorter.close();
});

test('sorts keys that are longer than its memory and its blocks, and the empty one', () => {
  const keys = [
    Buffer.alloc(3 << 20, 'k'),
    Buffer.from('after'),
    Buffer.alloc(0),
    Buffer.alloc((1 << 20) - 5, 'b'),
  ];
  const changes = keys.map((key) => ({ key, valueBytes: 0 }));
  const sorter = sorterOf(changes, TEN_RECORDS);
  expect(offsetsOf(withoutPauses(sorter.liveRecords()), changes)).toEqual([2, 1, 3, 0]);
  sorter.close();
});

test('is empty without records', () => {
  expect([...new RecordSorter(0).records(), ...new RecordSorter(0).liveRecords()]).toEqual([]);
});

test('pauses also among records of which none is the last one of its key', () => {
  const changes = Array.from({ length: 3 * RECORDS_PER_PAUSE }, () => ({
    key: Buffer.from('election'),
    valueBytes: 1,
  }));
  const found = Array.from(sorterOf(changes, 1e6).liveRecords(), (record) => record?.offset);
  expect(found).toEqual([PAUSE, PAUSE, PAUSE, 3 * RECORDS_PER_PAUSE - 1]);
});

const MORE_THAN_FITS = randomChanges(3, 11);

test('says what to do when the temporary directory cannot be used', () => {
  vi.stubEnv('TMPDIR', '/proc/none');
  expect(() => sorterOf(MORE_THAN_FITS, TEN_RECORDS)).toThrow(
    expect.objectContaining({
      message: 'cannot sort the keys in /proc/none: no such file or directory',
      reasons: ['set TMPDIR to a directory with more room'],
    }),
  );
  vi.unstubAllEnvs();
});

test('says what to do when the temporary directory has no room', () => {
  // A mock of the module would not reach code that another test file of the same process has loaded.
  const statfs = vi.spyOn(fs, 'statfsSync').mockReturnValue({ bavail: 1, bsize: 1 } as fs.StatsFs);
  syncBuiltinESMExports();
  onTestFinished(() => {
    statfs.mockRestore();
    syncBuiltinESMExports();
  });
  expect(() => sorterOf(MORE_THAN_FITS, TEN_RECORDS)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^cannot sort the keys in .*: no space left on device$/),
      reasons: ['set TMPDIR to a directory with more room'],
    }),
  );
});
