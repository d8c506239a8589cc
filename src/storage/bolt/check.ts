import { BitSet } from '../bit-set.js';
import type { BoltFile, Bucket } from './bolt-file.js';
import { COUNT_ELSEWHERE, PAGE_HEADER_BYTES, pageNumber } from './format.js';
import type { Leaf } from './leaf.js';
import { PageClaims } from './page-claims.js';
import type { PageReader } from './page-reader.js';

interface CheckOptions {
  /** See `WalkOptions`: snapshots that etcdutl calls sound may still crash a server. */
  readonly refuseWriteHazards?: boolean;
}

interface BucketLeaf {
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

const ID_BYTES = 8;

/** The pages that the stored freelist names, or nothing when none is stored. Throws `CorruptFileError`. */
function readFreelist(reader: PageReader): BitSet | undefined {
  const { freelistPage, highWaterPage } = reader.meta;
  if (freelistPage === undefined) return undefined;
  const page = reader.read(freelistPage, 0);
  if (page.kind !== 'freelist')
    throw reader.corrupt(`page ${page.id} is not a freelist page`, page.offset + 8);
  const view = new DataView(page.bytes.buffer, page.bytes.byteOffset, page.bytes.byteLength);
  const isElsewhere = page.count === COUNT_ELSEWHERE;
  const count = isElsewhere ? pageNumber(view, PAGE_HEADER_BYTES) : page.count;
  const start = PAGE_HEADER_BYTES + (isElsewhere ? ID_BYTES : 0);
  if (start + count * ID_BYTES > page.bytes.length) {
    throw reader.corrupt(`the freelist is too small for ${count} pages`, page.offset);
  }
  const free = new BitSet(highWaterPage);
  for (let offset = start; offset < start + count * ID_BYTES; offset += ID_BYTES) {
    const id = pageNumber(view, offset);
    if (id < 2 || id >= highWaterPage) {
      throw reader.corrupt(
        `the freelist contains page ${id}, but the database has ${highWaterPage} pages`,
        page.offset + offset,
      );
    }
    if (!free.add(id)) throw reader.corrupt(`the freelist contains page ${id} twice`, page.offset + offset);
  }
  return free;
}

/** Claims the freelist's own pages. */
function claimFreelist(reader: PageReader, claims: PageClaims): void {
  const { freelistPage } = reader.meta;
  if (freelistPage !== undefined) claims.claim(reader.read(freelistPage, 0));
}
