/** Protocol Buffers' wire types that are not deprecated. */
export type WireType = 0 | 1 | 2 | 5;
export const VARINT = 0;
export const LENGTH_DELIMITED = 2;

/** One field of a message, by offsets into the value. */
export interface WireField {
  readonly number: number;
  readonly wireType: WireType;
  /** Where its tag begins. */
  readonly offset: number;
  /** The contents of a length-delimited or fixed-size field; of a varint, its bytes. */
  readonly start: number;
  readonly end: number;
}

/** Why the rest of a message cannot be read. */
export interface WireFault {
  readonly fault: string;
  readonly offset: number;
  /** The field would go on beyond this offset: the fields around it may end there for the same reason. */
  readonly cutAt?: number;
}

const MAX_VARINT_BYTES = 10;
const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/**
 * Reads the fields of one message, `start` to `end` of the bytes. Data that ends within a length-delimited field gives that field with the
 * bytes that are there, and then a fault.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;
  #late: WireFault | undefined;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** The next field; `undefined` at the end. Nothing follows a fault. */
  next(): WireField | WireFault | undefined {
    const late = this.#late;
    if (late !== undefined) {
      this.#late = undefined;
      return late;
    }
    const offset = this.#position;
    if (offset >= this.#end) return undefined;
    const tag = this.#varint();
    if (tag === undefined) return this.#unended('a field number', offset);
    const number = Math.floor(tag / 8);
    if (number < 1 || number > MAX_FIELD_NUMBER) return this.#stop('there is no such field number', offset);
    return this.#contents(number, tag % 8, offset);
  }

  #contents(number: number, wireType: number, offset: number): WireField | WireFault {
    const start = this.#position;
    if (wireType === 0) {
      if (this.#varint() === undefined) return this.#unended('a number', start);
      return { number, wireType, offset, start, end: this.#position };
    }
    if (wireType !== 1 && wireType !== 2 && wireType !== 5) {
      return this.#stop(`there is no wire type ${wireType}`, offset);
    }
    const length = wireType === 1 ? 8 : wireType === 5 ? 4 : this.#varint();
    if (length === undefined) return this.#unended('a length', start);
    const from = this.#position;
    const available = this.#end - from;
    if (length > available) {
      const fault = `a field of ${length} bytes has only ${available}`;
      const cut = { fault, offset: start, cutAt: this.#end };
      if (wireType !== 2) return { ...this.#stop(fault, start), ...cut };
      this.#late = cut;
    }
    this.#position = from + Math.min(length, available);
    return { number, wireType, offset, start: from, end: this.#position };
  }

  /** A varint without its last byte. */
  #unended(what: string, offset: number): WireFault {
    const isCut = this.#end - offset < MAX_VARINT_BYTES;
    if (!isCut) return this.#stop(`${what} is too long`, offset);
    return { ...this.#stop(`${what} is cut off`, offset), cutAt: this.#end };
  }

  #stop(fault: string, offset: number): WireFault {
    this.#position = this.#end;
    return { fault, offset };
  }

  /** As a double, exact up to 2^53: larger numbers are no tags and no lengths of what is there. */
  #varint(): number | undefined {
    const limit = Math.min(this.#end, this.#position + MAX_VARINT_BYTES);
    let value = 0;
    let factor = 1;
    for (let at = this.#position; at < limit; at++) {
      const byte = this.#bytes[at] as number;
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) {
        this.#position = at + 1;
        return value;
      }
    }
    return undefined;
  }
}

/** The number in a varint, as 64 bits with a sign. */
export function integerAt(bytes: Uint8Array, { start, end }: Pick<WireField, 'start' | 'end'>): bigint {
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt((bytes[at] as number) & 0x7f);
  return BigInt.asIntN(64, value);
}
