import { vi } from 'vitest';
import type { WriteNow } from '../../src/term/standard-stream.js';

/** A non-blocking descriptor that accepts one write; further writes fail with EAGAIN until `release`. */
export function slowDescriptor() {
  const writes: Buffer[] = [];
  let isOpen = true;
  let isReleased = false;
  let refusals = 0;
  const writeNow: WriteNow = (bytes) => {
    if (!isOpen && !isReleased) {
      refusals++;
      return failing('EAGAIN')();
    }
    isOpen = false;
    writes.push(Buffer.from(bytes));
    return bytes.length;
  };
  return {
    writeNow,
    writes,
    text: () => Buffer.concat(writes).toString(),
    release: () => {
      isReleased = true;
    },
    /** Resolves when it has refused another write. */
    asked: () => {
      const before = refusals;
      return vi.waitUntil(() => refusals > before);
    },
  };
}

/** A write function that always throws an error with this code. */
export function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}
