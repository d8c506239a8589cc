import { expect, test } from 'vitest';
import { emptyRecord, type KeyRecord, PAUSE } from '../../../src/storage/key-order/key-record.js';
import { KeyUnion, keysOfBoth } from '../../../src/storage/key-order/key-union.js';

function recordOf(key: string): KeyRecord {
  return { ...emptyRecord(), bytes: Buffer.from(key), keyEnd: key.length };
}

/** A dot is a pause. */
function recordsOf(keys: string): Iterator<KeyRecord | typeof PAUSE> {
  return [...keys].map((key) => (key === '.' ? PAUSE : recordOf(key)))[Symbol.iterator]();
}

const textOf = (record: KeyRecord | undefined) =>
  record === undefined ? '-' : Buffer.from(record.bytes).toString();

const PAIRS = [
  ['', '', ''],
  ['ace', '', 'a- c- e-'],
  ['', 'ab', '-a -b'],
  ['ace', 'bcdf', 'a- -b cc -d e- -f'],
  ['bz', 'abz', '-a bb zz'],
] as const;

test.each(PAIRS)('joins %j and %j', (left, right, expected) => {
  const joined: string[] = [];
  const union = new KeyUnion(recordsOf(left), (a, b) => joined.push(textOf(a) + textOf(b)));
  for (const key of right) union.add(recordOf(key));
  union.finish();
  expect(joined.join(' ')).toBe(expected);
});

test.each(PAIRS)('has each key of %j and %j once', (left, right) => {
  const keys = Array.from(keysOfBoth(recordsOf(left), recordsOf(right)), textOf);
  expect(keys).toEqual([...new Set([...left, ...right])].toSorted());
});

test('ends a call at each pause, and goes on with the next one', () => {
  const joined: string[] = [];
  const union = new KeyUnion(recordsOf('.a..b.d.'), (a, b) => joined.push(textOf(a) + textOf(b)));
  const callsFor = (step: () => boolean) => {
    let calls = 1;
    while (!step()) calls++;
    return calls;
  };
  expect(callsFor(() => union.add(recordOf('b')))).toBe(4);
  expect(callsFor(() => union.add(recordOf('c')))).toBe(2);
  expect(callsFor(() => union.finish())).toBe(2);
  expect(joined.join(' ')).toBe('a- bb -c d-');
});

test('passes the pauses of both on', () => {
  const keys = Array.from(keysOfBoth(recordsOf('.a.c'), recordsOf('b..')), (key) =>
    key === PAUSE ? '.' : textOf(key),
  );
  expect(keys.join('')).toBe('.a.b..c');
});
