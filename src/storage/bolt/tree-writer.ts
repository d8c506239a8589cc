import { compareBytes, ELEMENT_BYTES, MAX_INLINE_FRACTION, PAGE_HEADER_BYTES } from './format.js';
import { type BranchElement, type LeafElement, leafHead, type PageWriter } from './page-writer.js';

/** Writes a tree from pairs in the order of their keys, leaf by leaf. A branch page is written when it is full. */
export class TreeWriter {
  readonly #pages: PageWriter;
  readonly #flags: number;
  /** The lowest level first. */
  readonly #levels: BranchLevel[] = [];
  /** Keys and values of the next leaf. */
  readonly #payload: Uint8Array;
  #payloadBytes = 0;
  #elements: LeafElement[] = [];
  #lastKey: Uint8Array | undefined;
  #firstKey: Uint8Array = new Uint8Array(0);

  /** @param flags the flags of every leaf element */
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

  /** The tree as the page of an inline bucket; undefined when it is too large for that. */
  inlinePage(): Uint8Array | undefined {
    const isSmall = this.#leafBytes <= this.#pages.pageSizeBytes * MAX_INLINE_FRACTION;
    if (this.#levels.length > 0 || !isSmall) return undefined;
    const page = new Uint8Array(this.#leafBytes);
    page.set(leafHead(this.#elements, 0, 0));
    page.set(this.#payload.subarray(0, this.#payloadBytes), page.length - this.#payloadBytes);
    return page;
  }

  /** Writes what is buffered. Returns the number of the root page. */
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

/** bbolt panics on a branch page with one child. */
const MIN_CHILDREN = 2;

/**
 * One level of branch pages. A full page is written only when the next one is full too, because the last page of a level may need a
 * child from it.
 */
class BranchLevel {
  readonly #pages: PageWriter;
  readonly #toParent: (page: BranchElement) => void;
  #previous: BranchElement[] = [];
  #current: BranchElement[] = [];
  #currentBytes = PAGE_HEADER_BYTES;
  #childCount = 0;

  /** @param toParent called with each page that was written, in order */
  constructor(pages: PageWriter, toParent: (page: BranchElement) => void) {
    this.#pages = pages;
    this.#toParent = toParent;
  }

  add(child: BranchElement): void {
    const bytes = ELEMENT_BYTES + child.key.length;
    const isFull = this.#currentBytes + bytes > this.#pages.fillBytes;
    if (isFull && this.#current.length >= MIN_CHILDREN) this.#advance();
    this.#current.push(child);
    this.#currentBytes += bytes;
    this.#childCount++;
  }

  /** The child, if the level has exactly one. It is the root then. */
  get onlyChild(): BranchElement | undefined {
    return this.#childCount === 1 ? this.#current[0] : undefined;
  }

  /** Writes the last two pages. */
  finish(): void {
    if (this.#current.length < MIN_CHILDREN) {
      const canSpareChild = this.#previous.length > MIN_CHILDREN;
      this.#current.unshift(...this.#previous.splice(canSpareChild ? -1 : 0));
    }
    this.#write(this.#previous);
    this.#write(this.#current);
  }

  #advance(): void {
    this.#write(this.#previous);
    this.#previous = this.#current;
    this.#current = [];
    this.#currentBytes = PAGE_HEADER_BYTES;
  }

  #write(children: readonly BranchElement[]): void {
    const [first] = children;
    if (first !== undefined) this.#toParent({ key: first.key, page: this.#pages.appendBranch(children) });
  }
}
