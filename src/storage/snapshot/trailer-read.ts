import type { ByteSource } from '../byte-source.js';
import { Pace, type PaceOptions } from '../pace.js';
import { SECTOR_BYTES, TRAILER_BYTES, TrailerCheck, type TrailerVerdict } from './trailer.js';

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
