import type { Branch } from './branch.js';
import { compareBytes, compareSpans, MAX_LEVELS, PAGE_HEADER_BYTES } from './format.js';
import type { Leaf } from './leaf.js';
import type { PageClaims } from './page-claims.js';
import type { Page, PageReader } from './page-reader.js';

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
  /** Offset of what refers to the page. */
  readonly referrer: number;
  readonly lower: Uint8Array | undefined;
  readonly upper: Uint8Array | undefined;
}

/** A branch page, some of whose children have been visited. */
interface Level {
  readonly branch: Branch;
  /** Of the branch page itself. */
  readonly upper: Uint8Array | undefined;
  visited: number;
}

/**
 * The leaves of a tree, one after the other, checked on the way: every page is what it should be and met once, keys
 * ascend within pages and stay within the bounds that the branches above give. Memory: one branch page per level.
 * Throws `CorruptFileError`.
 */
export function* walkTree(reader: PageReader, rootPage: number, options: WalkOptions): Generator<Leaf> {
  const { claims, order = 'ascending', refuseWriteHazards } = options;
  const levels: Level[] = [];
  let visit: Visit | undefined = { page: rootPage, referrer: 0, lower: undefined, upper: undefined };
  for (; visit !== undefined; visit = nextVisit(levels, order)) {
    const page = reader.read(visit.page, visit.referrer);
    claims.claim(page);
    if (page.kind === 'leaf') {
      const leaf = reader.leaf(page);
      checkLeaf(reader, leaf, visit);
      if (refuseWriteHazards) refuseHazards(reader, page, visit, leaf.count > 0 && leaf.key(0));
      yield leaf;
    } else if (page.kind === 'branch') {
      const branch = reader.branch(page);
      checkBranch(reader, branch, visit);
      if (refuseWriteHazards) refuseHazards(reader, page, visit, branch.key(0));
      if (levels.length === MAX_LEVELS) {
        throw reader.corrupt(`the tree has more than ${MAX_LEVELS} levels`, page.offset);
      }
      levels.push({ branch, upper: visit.upper, visited: 0 });
    } else {
      throw reader.corrupt(`page ${page.id} is a freelist in the middle of a tree`, page.offset);
    }
  }
}

/** The next child of the lowest branch that has one left. */
function nextVisit(levels: Level[], order: 'ascending' | 'descending'): Visit | undefined {
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const { branch, upper } = level;
    if (level.visited < branch.count) {
      const index = order === 'ascending' ? level.visited : branch.count - 1 - level.visited;
      level.visited++;
      return {
        page: branch.child(index),
        referrer: branch.childOffset(index),
        lower: branch.key(index),
        upper: index + 1 < branch.count ? branch.key(index + 1) : upper,
      };
    }
    levels.pop();
  }
  return undefined;
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

function checkBranch(
  reader: PageReader,
  branch: Branch,
  { page, lower, upper }: Pick<Visit, 'page' | 'lower' | 'upper'>,
): void {
  const { offset } = branch.place;
  let before = lower;
  for (let index = 0; index < branch.count; index++) {
    const key = branch.key(index);
    const order = before === undefined ? -1 : compareBytes(before, key);
    if (order > 0 || (order === 0 && index > 0)) {
      throw reader.corrupt(`key ${index} of branch page ${page} is out of order`, offset);
    }
    before = key;
  }
  if (upper !== undefined && before !== undefined && compareBytes(before, upper) >= 0) {
    throw reader.corrupt(`a key of branch page ${page} is greater than its parent allows`, offset);
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
