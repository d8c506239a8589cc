import { expect, it } from 'vitest';
import { keepNewSpaceSmall } from '../../src/runtime/new-space.js';
import { keepCode } from '../support/kept-code.js';

it('leaves no flag set with which compiled code would be rejected by a later run', () => {
  const isRejected = keepCode();
  const restores = [keepNewSpaceSmall(), keepNewSpaceSmall()];
  expect(isRejected()).toBe(true);
  restores[0]?.();
  expect(isRejected()).toBe(true);
  restores[1]?.();
  expect(isRejected()).toBe(false);
});
