/** A range of bytes in an array: from `start`, up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One field of a protobuf message. */
export interface ProtobufField {
  /** ProtobufField number times eight plus wire type. */
  readonly tag: number;
  /** The payload of a length-delimited or fixed-size field; empty for a varint. */
  readonly contents: Span;
}

/** Seven bits a byte: ten bytes hold 64 bits. */
const MAX_VARINT_BYTES = 10;

/** Fields are numbered from 1 to 2^29 − 1. */
const MIN_TAG = 8;
const MAX_TAG = 2 ** 32 - 1;

/** Iterates over the fields of the protobuf message in bytes `start` to `end`. Nothing is copied. */
export class ProtobufReader {
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

  /** The next field; undefined when it is malformed, also when it is a group (wire types 3 and 4). */
  next(): ProtobufField | undefined {
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

  /** As a double. It is exact up to 2^53; larger values are rejected as a length or a tag. */
  #varint(): number | undefined {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < MAX_VARINT_BYTES && this.#position < this.#end; count++) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return undefined;
  }
}
