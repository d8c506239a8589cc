import type { BoltFile } from '../bolt/bolt-file.js';
import { PageClaims } from '../bolt/page-claims.js';
import { decodeRevisionKey, type Revision } from './revision-key.js';
import { BUCKETS } from './schema.js';

/** The newest record of the key history, or nothing if there is none. Reads no more than it must. */
export function lastRevision(bolt: BoltFile): Revision | undefined {
  const bucket = bolt.bucket(BUCKETS.key);
  if (bucket === undefined) return undefined;
  const backwards = { claims: new PageClaims(bolt.reader), order: 'descending' } as const;
  for (const leaf of bolt.leaves(bucket, backwards)) {
    if (leaf.count === 0) continue;
    try {
      return decodeRevisionKey(leaf.key(leaf.count - 1));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw bolt.reader.corrupt(message, leaf.offsetOf(leaf.count - 1));
    }
  }
  return undefined;
}
