/**
 * The checksum of a snapshot: a saved snapshot is the database file followed by its raw SHA-256 (32 bytes). The database is a whole
 * number of disk sectors, so a checksum is there exactly when the size modulo 512 is 32 (etcd client/v3/snapshot).
 */
import { createHash, type Hash } from 'node:crypto';
import type { ByteSource } from '../byte-source.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';

export const CHECKSUM_BYTES = 32;
const SECTOR_BYTES = 512;

export type ChecksumVerdict =
  | { readonly kind: 'good'; readonly sizeBytes: number }
  | { readonly kind: 'missing'; readonly sizeBytes: number }
  | {
      readonly kind: 'mismatch';
      readonly sizeBytes: number;
      readonly expected: string;
      readonly actual: string;
    };

/** Verifies the checksum of a snapshot that arrives in chunks. Buffers 32 bytes, whatever the size of the chunks. */
export class ChecksumVerifier {
  readonly #hash: Hash = createHash('sha256');
  /** The last bytes so far. They may be the checksum, so they are not hashed yet. */
  #lastBytes: Uint8Array = new Uint8Array(0);
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The caller may reuse the chunk after this returns. */
  update(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    if (chunk.length >= CHECKSUM_BYTES) {
      const bodyEnd = chunk.length - CHECKSUM_BYTES;
      this.#hash.update(this.#lastBytes).update(chunk.subarray(0, bodyEnd));
      this.#lastBytes = Uint8Array.from(chunk.subarray(bodyEnd));
      return;
    }
    const joined = Buffer.concat([this.#lastBytes, chunk]);
    const bodyEnd = Math.max(0, joined.length - CHECKSUM_BYTES);
    this.#hash.update(joined.subarray(0, bodyEnd));
    this.#lastBytes = joined.subarray(bodyEnd);
  }

  /** The verdict on all bytes. Call it once, at the end. Hashes are in hexadecimal. */
  finish(): ChecksumVerdict {
    const sizeBytes = this.#sizeBytes;
    if (sizeBytes % SECTOR_BYTES !== CHECKSUM_BYTES) return { kind: 'missing', sizeBytes };
    const expected = Buffer.from(this.#lastBytes).toString('hex');
    const actual = this.#hash.digest('hex');
    return expected === actual
      ? { kind: 'good', sizeBytes }
      : { kind: 'mismatch', sizeBytes, expected, actual };
  }
}

const CHUNK_BYTES = 1 << 20;

/** Reads the whole file once and verifies its checksum. Progress counts the file's bytes. */
export async function verifyChecksum(
  source: ByteSource,
  options: LongTaskOptions = {},
): Promise<ChecksumVerdict> {
  const task = new LongTask(source.sizeBytes, options);
  const check = new ChecksumVerifier();
  for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, source.sizeBytes - offset);
    check.update(source.read(offset, length));
    if (task.shouldYield(length)) await task.yield();
  }
  return check.finish();
}

/** Whether the size is that of a database with a checksum. */
export function hasChecksum({ sizeBytes }: ByteSource): boolean {
  return sizeBytes % SECTOR_BYTES === CHECKSUM_BYTES;
}
