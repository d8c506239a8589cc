/** A place in an array of bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Field {
  /** Field number times eight plus wire type. */
  readonly tag: number;
  /** Of a length-delimited or fixed field; empty for a number of variable length. */
  readonly contents: Span;
}

/** Ten bytes of seven bits: 64 bits and some. */
const MAX_VARINT = 10;

/** Fields are numbered from 1 to 2^29 − 1. */
const MIN_TAG = 8;
const MAX_TAG = 2 ** 32 - 1;

/** Goes through the fields of a protobuf message without copying any of them. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#end;
  }

  /** The next field; undefined when it is malformed. */
  next(): Field | undefined {
    const tag = this.#varint();
    if (tag === undefined || tag < MIN_TAG || tag > MAX_TAG) return undefined;
    const length = this.#contentLength(tag % 8);
    if (length === undefined || this.#position + length > this.#end) return undefined;
    const start = this.#position;
    this.#position += length;
    return { tag, contents: { start, end: this.#position } };
  }

  #contentLength(wireType: number): number | undefined {
    if (wireType === 0) return this.#varint() === undefined ? undefined : 0;
    if (wireType === 1) return 8;
    if (wireType === 2) return this.#varint();
    return wireType === 5 ? 4 : undefined;
  }

  /** As a double: what exceeds 2^53 is no length and no tag anyway. */
  #varint(): number | undefined {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < MAX_VARINT && this.#position < this.#end; count++) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return undefined;
  }
}
