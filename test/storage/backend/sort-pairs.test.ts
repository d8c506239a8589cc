import { expect, test } from 'vitest';
import { sortPairs } from '../../../src/storage/backend/sort-pairs.js';
import { Dice } from '../../support/lab/random/dice.js';

test('sorts a part of both arrays by the values', () => {
  const dice = new Dice(3);
  for (let round = 0; round < 300; round++) {
    const length = dice.below(200);
    const distinct = dice.pick([1, 2, 10, 1e9]);
    const values = Float64Array.from({ length: length + 2 }, () => dice.below(distinct));
    const before = values.slice();
    const numbers = Uint32Array.from(values.keys());
    sortPairs(values, numbers, 1, length + 1);
    expect([...values.subarray(1, length + 1)]).toEqual(
      [...before.subarray(1, length + 1)].toSorted((a, b) => a - b),
    );
    expect([...values]).toEqual(Array.from(numbers, (number) => before[number]));
    expect([numbers[0], numbers[length + 1]]).toEqual([0, length + 1]);
  }
});
