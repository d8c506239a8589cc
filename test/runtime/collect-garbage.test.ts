import { setFlagsFromString } from 'node:v8';
import { expect, it, vi } from 'vitest';
import { collectGarbage, OldGarbage } from '../../src/runtime/collect-garbage.js';
import { keepCode } from '../support/kept-code.js';

it('collects what nothing refers to', async () => {
  const garbage = new WeakRef(new Uint8Array(1 << 20));
  // A weak reference holds its object until the current job ends.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(garbage.deref()).toBeUndefined();
});

it('leaves no flag set with which compiled code would be rejected by a later run', async () => {
  // The module sets the flag at its first collection, which may have been in another test file.
  vi.resetModules();
  const fresh = await import('../../src/runtime/collect-garbage.js');
  setFlagsFromString('--no-expose-gc');
  const isRejected = keepCode();
  fresh.collectGarbage();
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
