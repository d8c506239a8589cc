import { ELEMENT_BYTES, PAGE_HEADER_BYTES } from './format.js';
import type { BranchElement, PageWriter } from './page-writer.js';

/** bbolt panics at a branch page with one child. */
const FEWEST_CHILDREN = 2;

/**
 * One level of branch pages. A full page is held back until the next one has children enough, because the last page of
 * a level may need one of its children.
 */
export class BranchLevel {
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
    if (isFull && this.#current.length >= FEWEST_CHILDREN) this.#hold();
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
    if (this.#current.length < FEWEST_CHILDREN) {
      const isHeldRich = this.#held.length > FEWEST_CHILDREN;
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
