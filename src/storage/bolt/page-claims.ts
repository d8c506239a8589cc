import { BitSet } from '../bit-set.js';
import type { Page, PageReader } from './page-reader.js';

/** The pages that a walk has come to. None may be come to twice, nor be free at the same time. */
export class PageClaims {
  readonly #reader: PageReader;
  readonly #free: BitSet | undefined;
  readonly #claimed: BitSet;

  constructor(reader: PageReader, free?: BitSet) {
    this.#reader = reader;
    this.#free = free;
    this.#claimed = new BitSet(reader.meta.highWaterPage);
  }

  /** Takes the page and its overflow. Throws `CorruptFileError` when somebody else has one of them. */
  claim(page: Page): void {
    for (let id = page.id; id < page.id + page.pageCount; id++) {
      if (!this.#claimed.add(id)) throw this.#reader.corrupt(`page ${id} is referenced twice`, page.offset);
      if (this.#free?.has(id)) {
        throw this.#reader.corrupt(`page ${id} is in use and on the freelist`, page.offset);
      }
    }
  }

  has(page: number): boolean {
    return this.#claimed.has(page);
  }
}
