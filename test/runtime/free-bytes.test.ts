import { expect, it } from 'vitest';
import { freeBytes, freeMessage } from '../../src/runtime/free-bytes.js';

it('frees memory that only these bytes use', () => {
  const bytes = [1, 2].map((more) => new Uint8Array(Buffer.poolSize + more));
  for (const each of bytes) freeBytes(each);
  expect(bytes.map(({ buffer }) => buffer.byteLength)).toEqual([0, 0]);
});

it('does not free memory that others may use', () => {
  const view = new Uint8Array(3 * Buffer.poolSize).subarray(1);
  const small = Buffer.from('small');
  freeBytes(view);
  const shared = new Uint8Array(new SharedArrayBuffer(3 * Buffer.poolSize));
  freeBytes(small);
  freeBytes(shared);
  expect([view.length, small.toString(), shared.length]).toEqual([
    3 * Buffer.poolSize - 1,
    'small',
    3 * Buffer.poolSize,
  ]);
});

it('frees a message with the headers before it, but no memory that has more', () => {
  const memory = Array.from({ length: 3 }, () => new Uint8Array(3 * Buffer.poolSize));
  const [message, early, late] = [
    memory[0]?.subarray(11),
    memory[1]?.subarray(11, -1),
    memory[2]?.subarray(17),
  ];
  for (const each of [message, early, late]) freeMessage(each as Uint8Array);
  expect(memory.map(({ length }) => length)).toEqual([0, 3 * Buffer.poolSize, 3 * Buffer.poolSize]);
});
