import { BitSet } from '../bit-set.js';
import { COUNT_ELSEWHERE, PAGE_HEADER_BYTES } from './format.js';
import type { PageClaims } from './page-claims.js';
import { pageNumber } from './page-number.js';
import type { PageReader } from './page-reader.js';

const ID_BYTES = 8;

/** The pages that the stored freelist names, or nothing when none is stored. Throws `CorruptFileError`. */
export function readFreelist(reader: PageReader): BitSet | undefined {
  const { freelistPage, highWaterPage } = reader.meta;
  if (freelistPage === undefined) return undefined;
  const page = reader.read(freelistPage, 0);
  if (page.kind !== 'freelist')
    throw reader.corrupt(`page ${page.id} should be the freelist`, page.offset + 8);
  const view = new DataView(page.bytes.buffer, page.bytes.byteOffset, page.bytes.byteLength);
  const isElsewhere = page.count === COUNT_ELSEWHERE;
  const count = isElsewhere ? pageNumber(view, PAGE_HEADER_BYTES) : page.count;
  const start = PAGE_HEADER_BYTES + (isElsewhere ? ID_BYTES : 0);
  if (start + count * ID_BYTES > page.bytes.length) {
    throw reader.corrupt(`the freelist claims ${count} pages, more than it has room for`, page.offset);
  }
  const free = new BitSet(highWaterPage);
  for (let offset = start; offset < start + count * ID_BYTES; offset += ID_BYTES) {
    const id = pageNumber(view, offset);
    if (id < 2 || id >= highWaterPage) {
      throw reader.corrupt(`the freelist names page ${id} of ${highWaterPage}`, page.offset + offset);
    }
    if (!free.add(id)) throw reader.corrupt(`the freelist names page ${id} twice`, page.offset + offset);
  }
  return free;
}

/** Claims the freelist's own pages. */
export function claimFreelist(reader: PageReader, claims: PageClaims): void {
  const { freelistPage } = reader.meta;
  if (freelistPage !== undefined) claims.claim(reader.read(freelistPage, 0));
}
