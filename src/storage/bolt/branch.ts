import { CorruptFileError } from '../../model/errors.js';
import { ELEMENT_BYTES, MAX_KEY_BYTES, PAGE_HEADER_BYTES, pageNumber, uint32 } from './format.js';
import type { PageLocation } from './leaf.js';

/** The elements of a branch page. The bytes are copied, because the children are read while the branch is still in use. */
export class Branch {
  readonly #bytes: Uint8Array;

  /** Checks that every element is within the page and does not overlap the previous one. Throws `CorruptFileError`. */
  constructor(
    bytes: Uint8Array,
    readonly count: number,
    readonly location: PageLocation,
  ) {
    this.#bytes = new Uint8Array(bytes);
    let minStart = PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
    if (count === 0) throw this.#corrupt('a branch page is empty', 0);
    if (minStart > bytes.length) throw this.#corrupt(`a branch page is too small for ${count} elements`, 0);
    for (let index = 0; index < count; index++) {
      if (this.#keyStart(index) < minStart || this.#keyEnd(index) > bytes.length) {
        throw this.#corrupt(`element ${index} of a branch page is out of bounds`, element(index));
      }
      if (this.#keyEnd(index) - this.#keyStart(index) > MAX_KEY_BYTES) {
        throw this.#corrupt(`element ${index} of a branch page has a key that is too long`, element(index));
      }
      minStart = this.#keyEnd(index);
    }
  }

  /** A view of the key, not a copy. */
  key(index: number): Uint8Array {
    return this.#bytes.subarray(this.#keyStart(index), this.#keyEnd(index));
  }

  /** The page number of a child. */
  child(index: number): number {
    return pageNumber(this.#bytes, element(index) + 8);
  }

  /** Offset in the file of the child's page number. */
  childOffset(index: number): number {
    return this.location.offset + element(index) + 8;
  }

  #keyStart(index: number): number {
    return element(index) + uint32(this.#bytes, element(index));
  }

  #keyEnd(index: number): number {
    return this.#keyStart(index) + uint32(this.#bytes, element(index) + 4);
  }

  #corrupt(what: string, offset: number): CorruptFileError {
    return new CorruptFileError(what, this.location.path, this.location.offset + offset);
  }
}

function element(index: number): number {
  return PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
}
