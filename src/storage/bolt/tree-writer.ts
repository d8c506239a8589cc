import { compareBytes, ELEMENT_BYTES, INLINE_SHARE, PAGE_HEADER_BYTES } from './format.js';
import { type BranchElement, type LeafElement, leafHead, type PageWriter } from './page-writer.js';

/** Writes one tree, leaf by leaf, from pairs whose keys ascend; branches as soon as a page of them is full. */
export class TreeWriter {
  readonly #pages: PageWriter;
  readonly #flags: number;
  /** Lowest first. */
  readonly #levels: BranchLevel[] = [];
  /** Keys and values of the leaf to be written next, and their lengths. */
  readonly #payload: Uint8Array;
  #payloadBytes = 0;
  #elements: LeafElement[] = [];
  #lastKey: Uint8Array | undefined;
  #firstKey: Uint8Array = new Uint8Array(0);

  /** `flags`: of every element. */
  constructor(pages: PageWriter, flags = 0) {
    this.#pages = pages;
    this.#flags = flags;
    this.#payload = new Uint8Array(pages.pageSizeBytes);
  }

  add(key: Uint8Array, value: Uint8Array): void {
    if (this.#lastKey !== undefined && compareBytes(this.#lastKey, key) >= 0) {
      throw new RangeError('pairs must be written in the order of their keys');
    }
    this.#lastKey = new Uint8Array(key);
    const pairBytes = ELEMENT_BYTES + key.length + value.length;
    if (this.#elements.length > 0 && this.#leafBytes + pairBytes > this.#pages.fillBytes) this.#writeLeaf();
    if (this.#elements.length === 0) this.#firstKey = this.#lastKey;
    this.#elements.push({ flags: this.#flags, keyLength: key.length, valueLength: value.length });
    if (PAGE_HEADER_BYTES + pairBytes > this.#pages.pageSizeBytes) {
      this.#writePayload([key, value]);
      return;
    }
    this.#payload.set(key, this.#payloadBytes);
    this.#payload.set(value, this.#payloadBytes + key.length);
    this.#payloadBytes += key.length + value.length;
  }

  /** The whole tree as a page that goes into its bucket's element, if it is small enough for that. */
  inlinePage(): Uint8Array | undefined {
    const isSmall = this.#leafBytes <= this.#pages.pageSizeBytes * INLINE_SHARE;
    if (this.#levels.length > 0 || !isSmall) return undefined;
    const page = new Uint8Array(this.#leafBytes);
    page.set(leafHead(this.#elements, 0, 0));
    page.set(this.#payload.subarray(0, this.#payloadBytes), page.length - this.#payloadBytes);
    return page;
  }

  /** Writes the rest and returns the number of the root page. */
  finish(): number {
    if (this.#elements.length > 0 || this.#levels.length === 0) this.#writeLeaf();
    for (let index = 0; ; index++) {
      const level = this.#level(index);
      const only = level.onlyChild;
      if (only !== undefined) return only.page;
      level.finish();
    }
  }

  get #leafBytes(): number {
    return PAGE_HEADER_BYTES + this.#elements.length * ELEMENT_BYTES + this.#payloadBytes;
  }

  #writeLeaf(): void {
    this.#writePayload([this.#payload.subarray(0, this.#payloadBytes)]);
  }

  #writePayload(payload: readonly Uint8Array[]): void {
    const page = this.#pages.appendLeaf(this.#elements, payload);
    this.#elements = [];
    this.#payloadBytes = 0;
    this.#level(0).add({ key: this.#firstKey, page });
  }

  #level(index: number): BranchLevel {
    const level =
      this.#levels[index] ?? new BranchLevel(this.#pages, (child) => this.#level(index + 1).add(child));
    this.#levels[index] = level;
    return level;
  }
}

/** bbolt panics at a branch page with one child. */
const MIN_CHILDREN = 2;

/**
 * One level of branch pages. A full page is held back until the next one has children enough, because the last page of
 * a level may need one of its children.
 */
class BranchLevel {
  readonly #pages: PageWriter;
  readonly #toParent: (page: BranchElement) => void;
  #held: BranchElement[] = [];
  #current: BranchElement[] = [];
  #currentBytes = PAGE_HEADER_BYTES;
  #childCount = 0;

  /** `toParent` is given each page that has been written, in order. */
  constructor(pages: PageWriter, toParent: (page: BranchElement) => void) {
    this.#pages = pages;
    this.#toParent = toParent;
  }

  add(child: BranchElement): void {
    const bytes = ELEMENT_BYTES + child.key.length;
    const isFull = this.#currentBytes + bytes > this.#pages.fillBytes;
    if (isFull && this.#current.length >= MIN_CHILDREN) this.#hold();
    this.#current.push(child);
    this.#currentBytes += bytes;
    this.#childCount++;
  }

  /** The level's only child: it needs no branch above it. */
  get onlyChild(): BranchElement | undefined {
    return this.#childCount === 1 ? this.#current[0] : undefined;
  }

  /** Writes what is held back. */
  finish(): void {
    if (this.#current.length < MIN_CHILDREN) {
      const isHeldRich = this.#held.length > MIN_CHILDREN;
      this.#current.unshift(...this.#held.splice(isHeldRich ? -1 : 0));
    }
    this.#write(this.#held);
    this.#write(this.#current);
  }

  #hold(): void {
    this.#write(this.#held);
    this.#held = this.#current;
    this.#current = [];
    this.#currentBytes = PAGE_HEADER_BYTES;
  }

  #write(children: readonly BranchElement[]): void {
    const [first] = children;
    if (first !== undefined) this.#toParent({ key: first.key, page: this.#pages.appendBranch(children) });
  }
}
