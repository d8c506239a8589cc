import { expect, it } from 'vitest';
import { freeBytes } from '../../src/runtime/free-bytes.js';

const canFree = 'transfer' in ArrayBuffer.prototype;

it.skipIf(!canFree)('frees memory that only these bytes use', () => {
  const bytes = new Uint8Array(Buffer.poolSize + 1);
  freeBytes(bytes);
  expect(bytes.buffer.byteLength).toBe(0);
});

it('does not free memory that others may use', () => {
  const view = new Uint8Array(3 * Buffer.poolSize).subarray(1);
  const small = Buffer.from('small');
  freeBytes(view);
  freeBytes(small);
  expect([view.length, small.toString()]).toEqual([3 * Buffer.poolSize - 1, 'small']);
});
