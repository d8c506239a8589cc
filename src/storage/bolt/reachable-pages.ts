import { BitSet } from '../bit-set.js';
import type { Page, PageReader } from './page-reader.js';

/** The pages that a walk has reached. A page may be reached once only, and must not be on the freelist. */
export class ReachablePages {
  readonly #reader: PageReader;
  readonly #free: BitSet | undefined;
  readonly #reached: BitSet;
  #count = 0;

  constructor(reader: PageReader, free?: BitSet) {
    this.#reader = reader;
    this.#free = free;
    this.#reached = new BitSet(reader.meta.highWaterPage);
  }

  /** How many pages were added, with their overflow. */
  get count(): number {
    return this.#count;
  }

  /** Adds the page and its overflow. Throws `CorruptFileError` when one of them was reached before or is on the freelist. */
  add(page: Page): void {
    for (let id = page.id; id < page.id + page.pageCount; id++) {
      if (!this.#reached.add(id)) throw this.#reader.corrupt(`page ${id} is referenced twice`, page.offset);
      this.#count++;
      if (this.#free?.has(id)) {
        throw this.#reader.corrupt(`page ${id} is in use and on the freelist`, page.offset);
      }
    }
  }

  has(page: number): boolean {
    return this.#reached.has(page);
  }
}
