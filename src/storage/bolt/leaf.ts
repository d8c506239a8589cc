import { CorruptFileError } from '../../model/errors.js';
import { BUCKET_ELEMENT, ELEMENT_BYTES, MAX_KEY_BYTES, PAGE_HEADER_BYTES } from './format.js';

/** Where a page's bytes come from, for errors. */
export interface PageLocation {
  readonly path: string;
  /** Of the page's first byte in the file. */
  readonly offset: number;
}

/**
 * The pairs of a leaf page. The bytes are lent: they stay what they are until the source is read again, that is until
 * the next leaf is asked for.
 */
export class Leaf {
  readonly #view: DataView;

  /** Checks that every element lies within the bytes, behind the one before it. */
  constructor(
    readonly bytes: Uint8Array,
    readonly count: number,
    readonly place: PageLocation,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let freeFrom = PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
    if (freeFrom > bytes.length) throw this.#corrupt(`is too small for ${count} elements`, 0);
    for (let index = 0; index < count; index++) {
      if (this.keyStart(index) < freeFrom) throw this.#corrupt('overlaps the element before it', index);
      freeFrom = this.valueEnd(index);
      if (this.keyEnd(index) - this.keyStart(index) > MAX_KEY_BYTES) {
        throw this.#corrupt('has a key that is too long', index);
      }
      if (freeFrom > bytes.length) throw this.#corrupt('extends beyond its page', index);
    }
  }

  isBucket(index: number): boolean {
    return (this.#view.getUint32(element(index), true) & BUCKET_ELEMENT) !== 0;
  }

  keyStart(index: number): number {
    return element(index) + this.#view.getUint32(element(index) + 4, true);
  }

  /** Also the start of the value. */
  keyEnd(index: number): number {
    return this.keyStart(index) + this.#view.getUint32(element(index) + 8, true);
  }

  valueEnd(index: number): number {
    return this.keyEnd(index) + this.#view.getUint32(element(index) + 12, true);
  }

  key(index: number): Uint8Array {
    return this.bytes.subarray(this.keyStart(index), this.keyEnd(index));
  }

  value(index: number): Uint8Array {
    return this.bytes.subarray(this.keyEnd(index), this.valueEnd(index));
  }

  /** Offset of the pair in the file. */
  offsetOf(index: number): number {
    return this.place.offset + this.keyStart(index);
  }

  /** The end of the payload that follows the key at `index` without a gap, for those who hash whole pages. */
  runEnd(index: number): { readonly next: number; readonly end: number } {
    let next = index + 1;
    let end = this.valueEnd(index);
    while (next < this.count && this.keyStart(next) === end) {
      end = this.valueEnd(next);
      next++;
    }
    return { next, end };
  }

  #corrupt(what: string, index: number): CorruptFileError {
    const offset = this.place.offset + element(index);
    return new CorruptFileError(`element ${index} of a leaf page ${what}`, this.place.path, offset);
  }
}

function element(index: number): number {
  return PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
}
