import { expect, test } from 'vitest';
import { RecordPositions } from '../../../src/storage/backend/record-positions.js';
import { replay } from '../../../src/storage/backend/replay.js';
import { rankByValue } from '../../../src/storage/backend/value-ranks.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { historyDatabase } from '../../support/history-database.js';
import { MemoryByteSource } from '../support/memory.js';

/** A key for each value, with the number of its place. */
async function positionsOf(values: readonly string[]): Promise<RecordPositions> {
  const bytes = historyDatabase(values.map((value, index) => ({ key: `k${index}`, value })));
  const bolt = BoltFile.open(new MemoryByteSource(bytes));
  const positions = new RecordPositions(bolt);
  let number = 0;
  const range = { key: Buffer.from('\0'), rangeEnd: Buffer.from('\0') };
  await replay(bolt, { revision: 0n, range }, (record) => positions.set(number++, record));
  return positions;
}

const long = 'x'.repeat(64);
const longer = 'y'.repeat(1024);

test('ranks values by their bytes, equal ones alike, also where they differ late or end', async () => {
  const values = [
    ...['b', '', 'a', 'b', 'ab', '\xff', long, `${long}a`, long, `${long}b`, `${long}\0`],
    ...[`${longer}2`, longer, `${longer}1`, `${longer}1${long}`, `${longer}1`, 'y'.repeat(20_000)],
  ];
  const positions = await positionsOf(values);
  const ranks = await rankByValue(Uint32Array.from(values.keys()), positions);
  const bytes = values.map((value) => Buffer.from(value, 'latin1'));
  const expected = bytes.map((value) => bytes.filter((other) => Buffer.compare(other, value) < 0).length);
  expect([...ranks]).toEqual(expected);
});

test('ranks some of the values, and none', async () => {
  const positions = await positionsOf(['c', 'b', 'a']);
  expect([...(await rankByValue(Uint32Array.of(2, 0), positions))]).toEqual([1, 0, 0]);
  expect([...(await rankByValue(new Uint32Array(0), positions))]).toEqual([]);
});

test('ranks many groups of values that begin with the same bytes', async () => {
  const numbers = Uint32Array.from({ length: 4000 }, (_, number) => number);
  const values = Array.from(numbers, (number) => long + (number % 2000) + (number < 2000 ? 'b' : 'a'));
  const ranks = await rankByValue(numbers, await positionsOf(values));
  const sorted = values.toSorted();
  expect(values.every((value, number) => sorted[ranks[number] as number] === value)).toBe(true);
});

test('stops when the signal is aborted', async () => {
  const positions = await positionsOf(['a', 'b']);
  const signal = AbortSignal.abort(new Error('interrupted'));
  await expect(rankByValue(Uint32Array.of(0, 1), positions, { signal })).rejects.toThrow('interrupted');
});

test('gives all records in the order of the file', async () => {
  const positions = await positionsOf(Array.from({ length: 5000 }, (_, index) => `value ${index}`));
  const parts = [...positions.partsInFileOrder(5000, (number) => number % 3 > 0)];
  const numbers = parts.flatMap((part) => [...part]);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 5000 }, (_, index) => index).filter((number) => number % 3 > 0),
  );
  expect(numbers).toEqual(numbers.toSorted((a, b) => positions.offset(a) - positions.offset(b)));
});

test('gives more records than a part has in the order of the file', () => {
  const positions = new RecordPositions({ reader: { source: { sizeBytes: 1e9 } } } as BoltFile);
  const count = 300_000;
  for (let number = 0; number < count; number++) {
    positions.set(number, { offset: 1 + ((number * 7919) % count) * 3000, sizeBytes: 1 });
  }
  const parts = [...positions.partsInFileOrder(count, (number) => number % 7 > 0)];
  expect(parts.length).toBeGreaterThan(1);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(1 << 17);
  const numbers = parts.flatMap((part) => [...part]);
  expect(new Set(numbers).size).toBe(Math.floor((count * 6) / 7));
  expect(numbers.every((number) => number % 7 > 0)).toBe(true);
  expect(isAscending(numbers.map((number) => positions.offset(number)))).toBe(true);
});

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || (values[index - 1] as number) < value);
}
