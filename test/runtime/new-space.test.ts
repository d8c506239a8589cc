import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { keepNewSpaceSmall } from '../../src/runtime/new-space.js';

/** V8 tells sources apart by their length, and keeps what it has compiled in this process by their text. */
const sourceOf = (digit: number) => `(function () { return ${digit}; })`;

it('leaves no flag set with which compiled code would be rejected by a later run', () => {
  const compiled = new Script(sourceOf(1)).createCachedData();
  const isRejected = (digit: number) =>
    new Script(sourceOf(digit), { cachedData: compiled }).cachedDataRejected;
  const restores = [keepNewSpaceSmall(), keepNewSpaceSmall()];
  expect(isRejected(2)).toBe(true);
  restores[0]?.();
  expect(isRejected(3)).toBe(true);
  restores[1]?.();
  expect(isRejected(4)).toBe(false);
});
