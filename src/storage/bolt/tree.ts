import type { Branch } from './branch.js';
import { compareBytes, MAX_LEVELS, PAGE_HEADER_BYTES } from './format.js';
import type { Leaf } from './leaf.js';
import type { Page, PageReader } from './page-reader.js';
import type { ReachablePages } from './reachable-pages.js';

export interface WalkOptions {
  readonly reachable: ReachablePages;
  /** The order of the leaves, not of the pairs within a leaf. Ascending by default. */
  readonly order?: 'ascending' | 'descending';
  /**
   * Also reject what passes bbolt's check, but makes a server panic at a later write to the same part of the tree: a branch page with
   * one child, a branch key that is not the first key of its child, an empty page below a branch.
   */
  readonly rejectWriteHazards?: boolean;
}

/** A page to read, and the bounds of its keys given by its parent: `lower` inclusive, `upper` exclusive. */
interface Visit {
  readonly page: number;
  /** Offset of the reference to the page. */
  readonly referrer: number;
  readonly lower: Uint8Array | undefined;
  readonly upper: Uint8Array | undefined;
}

/** A branch page on the path from the root, and the number of its children that were visited. */
interface Level {
  readonly branch: Branch;
  /** The upper bound of the branch page itself. */
  readonly upper: Uint8Array | undefined;
  visited: number;
}

/**
 * The leaves of a tree in order. Checks that every page has the expected type and is reached once, and that keys ascend within pages and
 * are within the bounds given by the branches above. Keeps one branch page per level in memory. Throws `CorruptFileError`.
 */
export function* walkTree(reader: PageReader, rootPage: number, options: WalkOptions): Generator<Leaf> {
  const { reachable, order = 'ascending', rejectWriteHazards } = options;
  const levels: Level[] = [];
  let visit: Visit | undefined = { page: rootPage, referrer: 0, lower: undefined, upper: undefined };
  for (; visit !== undefined; visit = nextVisit(levels, order)) {
    const page = reader.read(visit.page, visit.referrer);
    reachable.add(page);
    if (page.kind === 'leaf') {
      const leaf = reader.leaf(page);
      checkLeaf(reader, leaf, visit);
      if (rejectWriteHazards) rejectHazards(reader, page, visit, leaf.count > 0 && leaf.key(0));
      yield leaf;
    } else if (page.kind === 'branch') {
      const branch = reader.branch(page);
      checkBranch(reader, branch, visit);
      if (rejectWriteHazards) rejectHazards(reader, page, visit, branch.key(0));
      if (levels.length === MAX_LEVELS) {
        throw reader.corrupt(`the tree has more than ${MAX_LEVELS} levels`, page.offset);
      }
      levels.push({ branch, upper: visit.upper, visited: 0 });
    } else {
      throw reader.corrupt(`page ${page.id} is a freelist in the middle of a tree`, page.offset);
    }
  }
}

/** The next unvisited child of the lowest branch that has one; undefined at the end of the tree. */
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

/** Throws `CorruptFileError` unless the keys ascend strictly and are within the bounds. */
export function checkLeaf(
  reader: PageReader,
  leaf: Leaf,
  { lower, upper }: Pick<Visit, 'lower' | 'upper'>,
): void {
  const { count } = leaf;
  for (let index = 1; index < count; index++) {
    if (leaf.compareKeys(index - 1, index) >= 0) {
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
  const { offset } = branch.location;
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

function rejectHazards(reader: PageReader, page: Page, { lower }: Visit, firstKey: Uint8Array | false): void {
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
