import { vi } from 'vitest';
import type { WriteNow } from '../../src/term/standard-stream.js';

/** A non-blocking descriptor that takes one write, and no more until `release`, which lets it take everything. */
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
    /** Settles when it has refused once more. */
    asked: () => {
      const before = refusals;
      return vi.waitUntil(() => refusals > before);
    },
  };
}

/** A descriptor to which every write fails. */
export function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}
