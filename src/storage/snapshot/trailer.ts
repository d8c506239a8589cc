/**
 * A saved snapshot is the image of the database file followed by its raw SHA-256 (32 bytes). The image is a whole
 * number of disk sectors, so a trailer is there exactly when size modulo 512 is 32 (etcd client/v3/snapshot).
 */
import { createHash, type Hash } from 'node:crypto';
import type { ByteSource } from '../byte-source.js';
import { Pace, type PaceOptions } from '../pace.js';

export const TRAILER_BYTES = 32;
const SECTOR_BYTES = 512;

export type TrailerVerdict =
  | { readonly kind: 'good'; readonly sizeBytes: number }
  | { readonly kind: 'missing'; readonly sizeBytes: number }
  | {
      readonly kind: 'mismatch';
      readonly sizeBytes: number;
      readonly expected: string;
      readonly actual: string;
    };

/** Checks the trailer of a snapshot whose bytes pass by once. Keeps 32 bytes, whatever the chunks' sizes. */
export class TrailerCheck {
  readonly #hash: Hash = createHash('sha256');
  /** The newest bytes, held back from the hash because they may be the trailer. */
  #held: Uint8Array = new Uint8Array(0);
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The chunk is read before this returns; its owner may reuse it. */
  update(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    if (chunk.length >= TRAILER_BYTES) {
      const bodyEnd = chunk.length - TRAILER_BYTES;
      this.#hash.update(this.#held).update(chunk.subarray(0, bodyEnd));
      this.#held = Uint8Array.from(chunk.subarray(bodyEnd));
      return;
    }
    const joined = Buffer.concat([this.#held, chunk]);
    const bodyEnd = Math.max(0, joined.length - TRAILER_BYTES);
    this.#hash.update(joined.subarray(0, bodyEnd));
    this.#held = joined.subarray(bodyEnd);
  }

  /** The verdict on all bytes; to be called once, at the end. Hashes are in hexadecimal. */
  finish(): TrailerVerdict {
    const sizeBytes = this.#sizeBytes;
    if (sizeBytes % SECTOR_BYTES !== TRAILER_BYTES) return { kind: 'missing', sizeBytes };
    const expected = Buffer.from(this.#held).toString('hex');
    const actual = this.#hash.digest('hex');
    return expected === actual
      ? { kind: 'good', sizeBytes }
      : { kind: 'mismatch', sizeBytes, expected, actual };
  }
}

const CHUNK_BYTES = 1 << 20;

/** Reads the whole file once and judges its trailer. Progress counts the file's bytes. */
export async function checkTrailer(source: ByteSource, options: PaceOptions = {}): Promise<TrailerVerdict> {
  const pace = new Pace(source.sizeBytes, options);
  const check = new TrailerCheck();
  for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, source.sizeBytes - offset);
    check.update(source.read(offset, length));
    if (pace.isDue(length)) await pace.rest();
  }
  return check.finish();
}

/** Whether the size is that of a database with a trailer. */
export function hasTrailer({ sizeBytes }: ByteSource): boolean {
  return sizeBytes % SECTOR_BYTES === TRAILER_BYTES;
}
