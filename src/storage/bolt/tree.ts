import { PAGE_HEADER_BYTES } from './format.js';
import { compareBytes, compareSpans } from './key-order.js';
import type { Leaf } from './leaf.js';
import type { PageClaims } from './page-claims.js';
import type { Branch, Page, PageReader } from './page-reader.js';

export interface WalkOptions {
  readonly claims: PageClaims;
  /** Ascending unless said otherwise; concerns the order of leaves, not of the pairs in one. */
  readonly order?: 'ascending' | 'descending';
  /**
   * Refuse also what bbolt reads and checks without complaint, but what makes a server panic when it later writes
   * nearby: a branch page with one child, a branch key other than its child's first, an empty page below a branch.
   */
  readonly refuseWriteHazards?: boolean;
}

/** A page to be read, and the keys it may hold: from `lower` on (as the parent says), below `upper`. */
interface Visit {
  readonly page: number;
  readonly lower: Uint8Array | undefined;
  readonly upper: Uint8Array | undefined;
}

/**
 * The leaves of a tree, one after the other, checked on the way: every page is what it should be and met once, keys
 * ascend within pages and stay within the bounds that the branches above give. Memory: the keys of one branch page per
 * level. Throws `CorruptFileError`.
 */
export function* walkTree(reader: PageReader, rootPage: number, options: WalkOptions): Generator<Leaf> {
  const pending: Visit[] = [{ page: rootPage, lower: undefined, upper: undefined }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const page = reader.read(visit.page);
    options.claims.claim(page);
    if (page.kind === 'leaf') {
      const leaf = reader.leaf(page);
      checkLeaf(reader, leaf, visit);
      if (options.refuseWriteHazards) refuseHazards(reader, page, visit, leaf.count > 0 && leaf.key(0));
      yield leaf;
    } else if (page.kind === 'branch') {
      const branch = reader.branch(page);
      checkBranch(reader, branch, page, visit);
      if (options.refuseWriteHazards) refuseHazards(reader, page, visit, branch.keys[0] ?? false);
      const below = childVisits(branch, visit);
      pending.push(...(options.order === 'descending' ? below : below.reverse()));
    } else {
      throw reader.corrupt(`page ${page.id} is a freelist in the middle of a tree`, page.offset);
    }
  }
}

/** In ascending order. */
function childVisits({ keys, children }: Branch, { upper }: Visit): Visit[] {
  return children.map((page, index) => ({ page, lower: keys[index], upper: keys[index + 1] ?? upper }));
}

/** Throws unless the keys ascend strictly within the bounds of the visit. */
export function checkLeaf(
  reader: PageReader,
  leaf: Leaf,
  { lower, upper }: Pick<Visit, 'lower' | 'upper'>,
): void {
  const { bytes, count } = leaf;
  for (let index = 1; index < count; index++) {
    const before = [leaf.keyStart(index - 1), leaf.keyEnd(index - 1)] as const;
    if (compareSpans(bytes, before, [leaf.keyStart(index), leaf.keyEnd(index)]) >= 0) {
      throw reader.corrupt('a key is not greater than the one before it', leaf.offsetOf(index));
    }
  }
  if (count === 0) return;
  if (lower !== undefined && compareBytes(leaf.key(0), lower) < 0) {
    throw reader.corrupt('a key is smaller than the branch above allows', leaf.offsetOf(0));
  }
  if (upper !== undefined && compareBytes(leaf.key(count - 1), upper) >= 0) {
    throw reader.corrupt('a key is greater than the branch above allows', leaf.offsetOf(count - 1));
  }
}

function checkBranch(reader: PageReader, { keys }: Branch, page: Page, { lower, upper }: Visit): void {
  let before = lower;
  for (const [index, key] of keys.entries()) {
    const order = before === undefined ? -1 : compareBytes(before, key);
    if (order > 0 || (order === 0 && index > 0)) {
      throw reader.corrupt(`key ${index} of branch page ${page.id} is out of order`, page.offset);
    }
    before = key;
  }
  if (upper !== undefined && before !== undefined && compareBytes(before, upper) >= 0) {
    throw reader.corrupt(`a key of branch page ${page.id} is greater than its parent allows`, page.offset);
  }
}

function refuseHazards(reader: PageReader, page: Page, { lower }: Visit, firstKey: Uint8Array | false): void {
  if (page.kind === 'branch' && page.count < 2) {
    throw reader.corrupt(`branch page ${page.id} has a single child`, page.offset);
  }
  if (lower === undefined) return;
  if (firstKey === false) throw reader.corrupt(`page ${page.id} is empty`, page.offset);
  if (compareBytes(firstKey, lower) !== 0) {
    throw reader.corrupt(
      `the first key of page ${page.id} is not its key in the branch above`,
      page.offset + PAGE_HEADER_BYTES,
    );
  }
}
