import { CorruptFileError } from '../../model/errors.js';
import { BUCKET_ELEMENT, ELEMENT_BYTES, MAX_KEY_BYTES, PAGE_HEADER_BYTES } from './format.js';

/** Where the bytes of a page are in the file, for errors. */
export interface PageLocation {
  readonly path: string;
  /** Offset of the page's first byte in the file. */
  readonly offset: number;
}

/**
 * The elements of a leaf page. The bytes are not copied: they are valid until the next read from the source, that is until the next leaf
 * is read.
 */
export class Leaf {
  readonly #view: DataView;

  /** Checks that every element is within the page and does not overlap the previous one. Throws `CorruptFileError`. */
  constructor(
    readonly bytes: Uint8Array,
    readonly count: number,
    readonly location: PageLocation,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let minStart = PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
    if (minStart > bytes.length) throw this.#corrupt(`is too small for ${count} elements`, 0);
    for (let index = 0; index < count; index++) {
      if (this.keyStart(index) < minStart) throw this.#corrupt('overlaps the element before it', index);
      minStart = this.valueEnd(index);
      if (this.keyEnd(index) - this.keyStart(index) > MAX_KEY_BYTES) {
        throw this.#corrupt('has a key that is too long', index);
      }
      if (minStart > bytes.length) throw this.#corrupt('extends beyond its page', index);
    }
  }

  /** Whether the value is a bucket. */
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

  /** Offset of the pair's key in the file. */
  offsetOf(index: number): number {
    return this.location.offset + this.keyStart(index);
  }

  /** The contiguous run of pairs that begins at `index`: the index after its last pair and the offset of its end, for hashing. */
  contiguousRun(index: number): { readonly next: number; readonly end: number } {
    let next = index + 1;
    let end = this.valueEnd(index);
    while (next < this.count && this.keyStart(next) === end) {
      end = this.valueEnd(next);
      next++;
    }
    return { next, end };
  }

  #corrupt(what: string, index: number): CorruptFileError {
    const offset = this.location.offset + element(index);
    return new CorruptFileError(`element ${index} of a leaf page ${what}`, this.location.path, offset);
  }
}

function element(index: number): number {
  return PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
}
