const KEY_TAG = 10;
const VALUE_TAG = 42;
/** Seven bits a byte: ten bytes hold 64 bits. */
const MAX_VARINT_BYTES = 10;
const MAX_TAG = 2 ** 32 - 1;

/**
 * Where the key and the value are in a serialized mvccpb.KeyValue. One object is used for many records, because a file can have many
 * millions of them; nothing is copied. A field that is missing is an empty span.
 */
export class KeyValueSpans {
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  #position = 0;

  /** Returns false when the bytes between `start` and `end` are not a protobuf message; the spans are then undefined. */
  find(bytes: Uint8Array, start: number, end: number): boolean {
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = start;
    this.#position = start;
    while (this.#position < end) {
      const tag = this.#varint(bytes, end);
      if (tag < 8 || tag > MAX_TAG) return false;
      const length = this.#contentLength(bytes, tag % 8, end);
      const from = this.#position;
      if (length < 0 || from + length > end) return false;
      this.#position = from + length;
      if (tag === KEY_TAG) {
        this.keyStart = from;
        this.keyEnd = this.#position;
      } else if (tag === VALUE_TAG) {
        this.valueStart = from;
        this.valueEnd = this.#position;
      }
    }
    return true;
  }

  #contentLength(bytes: Uint8Array, wireType: number, end: number): number {
    if (wireType === 0) return this.#varint(bytes, end) < 0 ? -1 : 0;
    if (wireType === 1) return 8;
    if (wireType === 2) return this.#varint(bytes, end);
    return wireType === 5 ? 4 : -1;
  }

  /** −1 when it is malformed. As a double, which is exact up to 2^53: more than that is no length and no tag. */
  #varint(bytes: Uint8Array, end: number): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < MAX_VARINT_BYTES && this.#position < end; count++) {
      const byte = bytes[this.#position++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return -1;
  }
}
