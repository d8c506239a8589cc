import type { BoltFile, Bucket } from './bolt-file.js';
import { claimFreelist, readFreelist } from './freelist.js';
import type { Leaf } from './leaf.js';
import { PageClaims } from './page-claims.js';

export interface CheckOptions {
  /** See `WalkOptions`: snapshots that etcdutl calls sound may still crash a server. */
  readonly refuseWriteHazards?: boolean;
}

export interface BucketLeaf {
  readonly bucket: Bucket;
  /** Lent until the next is asked for. */
  readonly leaf: Leaf;
}

/**
 * Every leaf of every bucket in key order; a bucket has at least one. On the way, and behind the last leaf, all is
 * checked that bbolt's own check does: pages are what they should be, each below the high water mark is either in use
 * once or free once, keys are in order. Throws `CorruptFileError` at the first thing that is wrong, so a caller that
 * wants the check must take all leaves.
 */
export function* checkedLeaves(bolt: BoltFile, options: CheckOptions = {}): Generator<BucketLeaf> {
  bolt.reader.checkMetaPages();
  const free = readFreelist(bolt.reader);
  const claims = new PageClaims(bolt.reader, free);
  claimFreelist(bolt.reader, claims);
  const walk = { claims, refuseWriteHazards: options.refuseWriteHazards ?? false };
  for (const bucket of bolt.buckets(walk)) {
    for (const leaf of bolt.leaves(bucket, walk)) yield { bucket, leaf };
  }
  if (free === undefined) return;
  for (let page = 2; page < bolt.meta.highWaterPage; page++) {
    if (!claims.has(page) && !free.has(page)) {
      throw bolt.reader.corrupt(`page ${page} is neither in use nor free`, page * bolt.meta.pageSizeBytes);
    }
  }
}
