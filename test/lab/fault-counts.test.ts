import { expect, it } from 'vitest';
import { countEvents, countWrites } from '../support/lab/fault-counts.js';

it('writes that are not in the store are lost, those with a second version were applied twice', () => {
  const versions = new Map([
    ['a', 1],
    ['b', 2],
    ['unacknowledged', 3],
  ]);
  expect(countWrites(['a', 'b'], versions)).toEqual({ lost: 0, appliedTwice: 2 });
  expect(countWrites(['a', 'c', 'd'], versions)).toEqual({ lost: 2, appliedTwice: 2 });
});

it.each([
  ['', 0, 4],
  ['a b c d', 0, 0],
  ['a c d', 0, 1],
  ['a b', 0, 2],
  ['a b b c d', 1, 0],
  ['a b c d a b', 2, 0],
  ['a c b d', 1, 1],
  ['a x b c d', 1, 0],
])('of the events a b c d, "%s" repeats %i and misses %i', (printed, repeated, missed) => {
  const events = printed === '' ? [] : printed.split(' ');
  expect(countEvents(events, ['a', 'b', 'c', 'd'])).toEqual({ missed, repeated });
});
