import { CorruptFileError } from '../../model/errors.js';
import { BUCKET_ELEMENT, ELEMENT_BYTES, MAX_KEY_BYTES, PAGE_HEADER_BYTES, uint32 } from './format.js';

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
  /** Checks that every element is within the page and does not overlap the previous one. Throws `CorruptFileError`. */
  constructor(
    readonly bytes: Uint8Array,
    readonly count: number,
    readonly location: PageLocation,
  ) {
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
    return (uint32(this.bytes, element(index)) & BUCKET_ELEMENT) !== 0;
  }

  keyStart(index: number): number {
    return element(index) + uint32(this.bytes, element(index) + 4);
  }

  /** Also the start of the value. */
  keyEnd(index: number): number {
    return this.keyStart(index) + uint32(this.bytes, element(index) + 8);
  }

  valueEnd(index: number): number {
    return this.keyEnd(index) + uint32(this.bytes, element(index) + 12);
  }

  key(index: number): Uint8Array {
    return this.bytes.subarray(this.keyStart(index), this.keyEnd(index));
  }

  value(index: number): Uint8Array {
    return this.bytes.subarray(this.keyEnd(index), this.valueEnd(index));
  }

  /** Compares two keys of the page as unsigned bytes. */
  compareKeys(a: number, b: number): number {
    const { bytes } = this;
    const aStart = this.keyStart(a);
    const bStart = this.keyStart(b);
    const aLength = this.keyEnd(a) - aStart;
    const bLength = this.keyEnd(b) - bStart;
    const length = Math.min(aLength, bLength);
    for (let at = 0; at < length; at++) {
      const difference = (bytes[aStart + at] as number) - (bytes[bStart + at] as number);
      if (difference !== 0) return difference;
    }
    return aLength - bLength;
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
