import { BitSet } from '../bit-set.js';
import type { BoltFile, Bucket } from './bolt-file.js';
import { COUNT_IN_FIRST_ELEMENT, PAGE_HEADER_BYTES, pageNumber } from './format.js';
import type { Leaf } from './leaf.js';
import type { PageReader } from './page-reader.js';
import { ReachablePages } from './reachable-pages.js';

interface CheckOptions {
  /** See `WalkOptions`. A snapshot that passes etcdutl's check can still crash a server. */
  readonly rejectWriteHazards?: boolean;
}

interface BucketLeaf {
  readonly bucket: Bucket;
  /** Valid until the next leaf is read. */
  readonly leaf: Leaf;
}

/**
 * Every leaf of every bucket in key order; a bucket has at least one. Does the same checks as bbolt (`Tx.Check`, tx_check.go) while it
 * iterates and after the last leaf: pages have the expected types, each page below the high water mark is reachable once or on the
 * freelist once, keys are in order. Throws `CorruptFileError` for the first defect; a caller that wants the full check must consume all
 * leaves.
 */
export function* checkedLeaves(bolt: BoltFile, options: CheckOptions = {}): Generator<BucketLeaf> {
  bolt.reader.checkMetaPages();
  const free = readFreelist(bolt.reader);
  const reachable = new ReachablePages(bolt.reader, free);
  addFreelistPages(bolt.reader, reachable);
  const walk = { reachable, rejectWriteHazards: options.rejectWriteHazards ?? false };
  for (const bucket of bolt.buckets(walk)) {
    for (const leaf of bolt.leaves(bucket, walk)) yield { bucket, leaf };
  }
  if (free === undefined) return;
  for (let page = 2; page < bolt.meta.highWaterPage; page++) {
    if (!reachable.has(page) && !free.has(page)) {
      throw bolt.reader.corrupt(`page ${page} is neither in use nor free`, page * bolt.meta.pageSizeBytes);
    }
  }
}

const ID_BYTES = 8;

/** The page numbers on the stored freelist; undefined when none is stored. Throws `CorruptFileError`. */
function readFreelist(reader: PageReader): BitSet | undefined {
  const { freelistPage, highWaterPage } = reader.meta;
  if (freelistPage === undefined) return undefined;
  const page = reader.read(freelistPage, 0);
  if (page.kind !== 'freelist')
    throw reader.corrupt(`page ${page.id} is not a freelist page`, page.offset + 8);
  const isCountInFirstElement = page.count === COUNT_IN_FIRST_ELEMENT;
  const count = isCountInFirstElement ? pageNumber(page.bytes, PAGE_HEADER_BYTES) : page.count;
  const start = PAGE_HEADER_BYTES + (isCountInFirstElement ? ID_BYTES : 0);
  if (start + count * ID_BYTES > page.bytes.length) {
    throw reader.corrupt(`the freelist is too small for ${count} pages`, page.offset);
  }
  const free = new BitSet(highWaterPage);
  for (let offset = start; offset < start + count * ID_BYTES; offset += ID_BYTES) {
    const id = pageNumber(page.bytes, offset);
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

/** The pages of the freelist itself are in use too. */
function addFreelistPages(reader: PageReader, reachable: ReachablePages): void {
  const { freelistPage } = reader.meta;
  if (freelistPage !== undefined) reachable.add(reader.read(freelistPage, 0));
}
