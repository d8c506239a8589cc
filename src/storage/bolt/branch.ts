import { CorruptFileError } from '../../model/errors.js';
import { ELEMENT_BYTES, MAX_KEY_BYTES, PAGE_HEADER_BYTES, pageNumber } from './format.js';
import type { PageLocation } from './leaf.js';

/** The children of a branch page. The page is copied: what is below it is read before it is done with. */
export class Branch {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** Checks that every element lies within the bytes, behind the one before it. Throws `CorruptFileError`. */
  constructor(
    bytes: Uint8Array,
    readonly count: number,
    readonly place: PageLocation,
  ) {
    this.#bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.#bytes.buffer);
    let freeFrom = PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
    if (count === 0) throw this.#corrupt('a branch page is empty', 0);
    if (freeFrom > bytes.length) throw this.#corrupt(`a branch page is too small for ${count} elements`, 0);
    for (let index = 0; index < count; index++) {
      if (this.#keyStart(index) < freeFrom || this.#keyEnd(index) > bytes.length) {
        throw this.#corrupt(`element ${index} of a branch page is out of bounds`, element(index));
      }
      if (this.#keyEnd(index) - this.#keyStart(index) > MAX_KEY_BYTES) {
        throw this.#corrupt(`element ${index} of a branch page has a key that is too long`, element(index));
      }
      freeFrom = this.#keyEnd(index);
    }
  }

  /** Not copied. */
  key(index: number): Uint8Array {
    return this.#bytes.subarray(this.#keyStart(index), this.#keyEnd(index));
  }

  child(index: number): number {
    return pageNumber(this.#view, element(index) + 8);
  }

  /** Offset of the child's number in the file. */
  childOffset(index: number): number {
    return this.place.offset + element(index) + 8;
  }

  #keyStart(index: number): number {
    return element(index) + this.#view.getUint32(element(index), true);
  }

  #keyEnd(index: number): number {
    return this.#keyStart(index) + this.#view.getUint32(element(index) + 4, true);
  }

  #corrupt(what: string, offset: number): CorruptFileError {
    return new CorruptFileError(what, this.place.path, this.place.offset + offset);
  }
}

function element(index: number): number {
  return PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
}
