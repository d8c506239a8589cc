import { vi } from 'vitest';
import type { WriteSync } from '../../src/term/standard-stream.js';

/** A non-blocking descriptor that accepts one write, then fails with EAGAIN until `acceptWrites` is called. */
export function slowDescriptor() {
  const writes: Buffer[] = [];
  let isFirstWrite = true;
  let acceptsWrites = false;
  let rejectedWrites = 0;
  const writeSync: WriteSync = (bytes) => {
    if (!isFirstWrite && !acceptsWrites) {
      rejectedWrites++;
      return failingWrite('EAGAIN')();
    }
    isFirstWrite = false;
    writes.push(Buffer.from(bytes));
    return bytes.length;
  };
  return {
    writeSync,
    writes,
    text: () => Buffer.concat(writes).toString(),
    acceptWrites: () => {
      acceptsWrites = true;
    },
    /** Settles after the next write that fails with EAGAIN. */
    retried: () => {
      const before = rejectedWrites;
      return vi.waitUntil(() => rejectedWrites > before);
    },
  };
}

/** A descriptor to which every write fails with the code. */
export function failingWrite(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}
