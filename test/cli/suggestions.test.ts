import { expect, it } from 'vitest';
import { closest, didYouMean, editDistance } from '../../src/cli/suggestions.js';

it.each([
  ['', '', 0],
  ['get', 'get', 0],
  ['gte', 'get', 1],
  ['perfix', 'prefix', 1],
  ['helth', 'health', 1],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
])('the distance of %j and %j is %d', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});

it.each([
  ['putt', ['put']],
  ['def', ['del', 'defrag']],
  ['d', ['del', 'defrag', 'downgrade']],
  ['xyz', []],
  ['', []],
])('the suggestions for %j are %j', (word, near) => {
  expect(closest(word, ['get', 'put', 'del', 'defrag', 'downgrade'])).toEqual(near);
});

it('what etcdctl does not have is suggested last', () => {
  const names = ['doctor', 'del', 'defrag', 'downgrade'];
  expect(closest('d', names, new Set(['doctor']))).toEqual(['del', 'defrag', 'downgrade']);
  expect(closest('do', names, new Set(['doctor']))).toEqual(['downgrade', 'doctor']);
});

it('joins the suggestions to one sentence', () => {
  expect(didYouMean([])).toEqual([]);
  expect(didYouMean(['get'])).toEqual(['did you mean get?']);
  expect(didYouMean(['get', 'put', 'del'])).toEqual(['did you mean get, put or del?']);
});
