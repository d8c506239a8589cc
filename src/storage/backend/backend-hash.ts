import type { BoltFile } from '../bolt/bolt-file.js';
import { PageClaims } from '../bolt/page-claims.js';
import { Crc32c } from '../crc32c.js';
import { Pace, type PaceOptions } from '../pace.js';
import { BUCKETS, META_KEYS } from './schema.js';

/** What differs between members of a cluster, or between versions of etcd. */
const SKIPPED: ReadonlySet<string> = new Set([
  META_KEYS.consistentIndex,
  META_KEYS.term,
  META_KEYS.storageVersion,
]);

/**
 * The hash of `etcd-dump-db hash`: CRC-32C over bucket names and pairs, without the fields of `meta` in which members
 * differ (Hash of etcd server/storage/backend as of 3.6).
 */
export async function backendHash(bolt: BoltFile, options: PaceOptions = {}): Promise<number> {
  const pace = new Pace(bolt.sizeBytes, options);
  const hash = new Crc32c();
  const walk = { claims: new PageClaims(bolt.reader) };
  for (const bucket of bolt.buckets(walk)) {
    const isMeta = Buffer.from(bucket.name).toString('latin1') === BUCKETS.meta;
    hash.update(bucket.name);
    for (const leaf of bolt.leaves(bucket, walk)) {
      for (let index = 0; index < leaf.count; index++) {
        if (isMeta && SKIPPED.has(Buffer.from(leaf.key(index)).toString('latin1'))) continue;
        hash.update(leaf.bytes, leaf.keyStart(index), leaf.valueEnd(index));
      }
      if (pace.isDue(leaf.bytes.length)) await pace.rest();
    }
  }
  return hash.value;
}
