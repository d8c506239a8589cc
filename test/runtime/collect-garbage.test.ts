import { expect, it } from 'vitest';
import { collectGarbage, OldGarbage } from '../../src/runtime/collect-garbage.js';
import { keepCode } from '../support/kept-code.js';

it('collects what nothing refers to', async () => {
  const garbage = new WeakRef(new Uint8Array(1 << 20));
  // A weak reference holds its object until the current job ends.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(garbage.deref()).toBeUndefined();
});

it('leaves no flag set with which compiled code would be rejected by a later run', () => {
  const isRejected = keepCode();
  collectGarbage();
  expect(isRejected()).toBe(false);
});

it('collects after each 16 MiB that are counted', () => {
  let collections = 0;
  const garbage = new OldGarbage(() => collections++);
  const counts = Array.from({ length: 10 }, () => {
    garbage.count(10 << 20);
    return collections;
  });
  expect(counts).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
});
