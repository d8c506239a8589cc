import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChecksumVerifier } from '../../src/storage/snapshot/checksum.js';

const body = randomBytes(8 * 512);
const snapshot = Buffer.concat([body, createHash('sha256').update(body).digest()]);

function checkInChunks(bytes: Buffer, chunkBytes: number) {
  const check = new ChecksumVerifier();
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    check.update(bytes.subarray(offset, offset + chunkBytes));
  }
  return check.finish();
}

describe('ChecksumVerifier', () => {
  it.each([1, 7, 31, 32, 33, 511, 4096, 1 << 20])(
    'accepts the trailer in chunks of %d bytes',
    (chunkBytes) => {
      expect(checkInChunks(snapshot, chunkBytes)).toEqual({ kind: 'good', sizeBytes: snapshot.length });
    },
  );

  it('detects a flipped bit at any offset', () => {
    for (let offset = 0; offset < snapshot.length; offset += 97) {
      const damaged = Buffer.from(snapshot);
      damaged[offset] = (damaged[offset] ?? 0) ^ 0x10;
      expect(checkInChunks(damaged, 1000).kind, `offset ${offset}`).toBe('mismatch');
    }
    const lastFlipped = Buffer.from(snapshot);
    lastFlipped[snapshot.length - 1] = (lastFlipped.at(-1) ?? 0) ^ 1;
    expect(checkInChunks(lastFlipped, 1000).kind).toBe('mismatch');
  });

  it.each([0, 1, 31, 512, 4095, snapshot.length - 1, snapshot.length - 32])(
    'reports a missing trailer in %d bytes',
    (length) => {
      const verdict = checkInChunks(snapshot.subarray(0, length), 700);
      expect(verdict).toEqual({ kind: 'missing', sizeBytes: length });
    },
  );

  it('copies the bytes that it buffers, so that the caller may reuse the chunk', () => {
    const check = new ChecksumVerifier();
    const chunk = Buffer.alloc(100);
    for (let offset = 0; offset < snapshot.length; offset += chunk.length) {
      const length = snapshot.copy(chunk, 0, offset);
      check.update(chunk.subarray(0, length));
      chunk.fill(0xee);
    }
    expect(check.finish().kind).toBe('good');
  });
});
