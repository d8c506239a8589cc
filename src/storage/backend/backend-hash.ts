import type { BoltFile } from '../bolt/bolt-file.js';
import { ReachablePages } from '../bolt/reachable-pages.js';
import { Crc32c } from '../crc32c.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { BUCKETS, META_KEYS } from './schema.js';

/** Keys of `meta` whose values differ between members of a cluster, or between versions of etcd. */
const SKIPPED_META_KEYS: ReadonlySet<string> = new Set([
  META_KEYS.consistentIndex,
  META_KEYS.term,
  META_KEYS.storageVersion,
]);

/**
 * The hash of `etcd-dump-db hash`: CRC-32C over bucket names and pairs, without the keys of `meta` in which members differ
 * (`Hash` in etcd server/storage/backend, as of 3.6). Throws `CorruptFileError`.
 */
export async function backendHash(bolt: BoltFile, options: LongTaskOptions = {}): Promise<number> {
  const task = new LongTask(bolt.sizeBytes, options);
  const hash = new Crc32c();
  const walk = { reachable: new ReachablePages(bolt.reader) };
  for (const bucket of bolt.buckets(walk)) {
    const isMeta = Buffer.from(bucket.name).toString('latin1') === BUCKETS.meta;
    hash.update(bucket.name);
    for (const leaf of bolt.leaves(bucket, walk)) {
      for (let index = 0; index < leaf.count; index++) {
        if (isMeta && SKIPPED_META_KEYS.has(Buffer.from(leaf.key(index)).toString('latin1'))) continue;
        hash.update(leaf.bytes, leaf.keyStart(index), leaf.valueEnd(index));
      }
      if (task.shouldYield(leaf.bytes.length)) await task.yield();
    }
  }
  return hash.value;
}
