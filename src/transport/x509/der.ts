import { refuse } from './error.js';

/** Tags of ASN.1's universal class (X.690 §8.1.2), including the constructed bit of sequences and sets. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A tag of the context-specific class. */
export function contextTag(number: number, form: 'primitive' | 'constructed' = 'primitive'): number {
  return number | (form === 'constructed' ? 0xa0 : 0x80);
}

interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** Includes tag and length. */
  readonly whole: Buffer;
}

/**
 * Reads consecutive elements of DER (X.690 §10), as strictly as Go's golang.org/x/crypto/cryptobyte: lengths must be definite and in the
 * shortest form. The methods return `undefined` for an element that is malformed or has another tag; the latter is not skipped.
 * Results are views; nothing is copied.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  nextIs(tag: number): boolean {
    return this.#bytes[this.#offset] === tag;
  }

  anyElement(): DerElement | undefined {
    const start = this.#offset;
    const tag = this.#bytes[start];
    // Tags of several bytes are not supported: certificates have none.
    if (tag === undefined || (tag & 0x1f) === 0x1f) return undefined;
    const header = lengthAt(this.#bytes, start + 1);
    if (header === undefined || header.end > this.#bytes.length) return undefined;
    this.#offset = header.end;
    return {
      tag,
      content: this.#bytes.subarray(header.start, header.end),
      whole: this.#bytes.subarray(start, header.end),
    };
  }

  element(tag: number): DerElement | undefined {
    return this.nextIs(tag) ? this.anyElement() : undefined;
  }

  /** The content of the next element. */
  content(tag: number): Buffer | undefined {
    return this.element(tag)?.content;
  }

  /** A reader of the content of the next element. */
  enter(tag: number): DerReader | undefined {
    const content = this.content(tag);
    return content && new DerReader(content);
  }

  boolean(): boolean | undefined {
    const content = this.content(TAG.boolean);
    if (content?.length !== 1) return undefined;
    if (content[0] === 0xff) return true;
    return content[0] === 0 ? false : undefined;
  }

  /** @param tag of the field, if it is implicitly tagged */
  integer(tag: number = TAG.integer): bigint | undefined {
    const content = this.content(tag);
    return content && integerOf(content);
  }

  /** In dotted form: `1.2.840.113549`. */
  objectIdentifier(): string | undefined {
    const content = this.content(TAG.objectIdentifier);
    return content && objectIdentifierOf(content);
  }

  /** @returns the bytes, and the number of unused bits in the last byte */
  bitString(): { readonly bytes: Buffer; readonly unusedBits: number } | undefined {
    const content = this.content(TAG.bitString);
    const unusedBits = content?.[0];
    if (content === undefined || unusedBits === undefined || unusedBits > 7) return undefined;
    const bytes = content.subarray(1);
    const last = bytes.at(-1) ?? 0;
    if (bytes.length === 0 ? unusedBits !== 0 : (last & ((1 << unusedBits) - 1)) !== 0) return undefined;
    return { bytes, unusedBits };
  }
}

/** Start and end of the content whose length is encoded at `offset`. */
function lengthAt(bytes: Buffer, offset: number): { start: number; end: number } | undefined {
  const first = bytes[offset];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: offset + 1, end: offset + 1 + first };
  const size = first & 0x7f;
  const start = offset + 1 + size;
  if (size === 0 || size > 4 || start > bytes.length) return undefined;
  const length = bytes.readUIntBE(offset + 1, size);
  const isShortest = length >= 0x80 && bytes[offset + 1] !== 0;
  return isShortest ? { start, end: start + length } : undefined;
}

/** Two's complement; must be in the shortest form. */
function integerOf(content: Buffer): bigint | undefined {
  const [first, second] = content;
  if (first === undefined) return undefined;
  const isPadded = second !== undefined && (first === 0 ? second < 0x80 : first === 0xff && second >= 0x80);
  if (isPadded) return undefined;
  return BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString('hex')}`));
}

function objectIdentifierOf(content: Buffer): string | undefined {
  const numbers: number[] = [];
  let value = 0;
  let isContinued = false;
  for (const byte of content) {
    // Leading zeros are not allowed.
    if (!isContinued && byte === 0x80) return undefined;
    value = value * 128 + (byte & 0x7f);
    if (value > 0x7fff_ffff) return undefined;
    isContinued = byte >= 0x80;
    if (isContinued) continue;
    numbers.push(value);
    value = 0;
  }
  const [first] = numbers;
  if (first === undefined || isContinued) return undefined;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...numbers.slice(1)].join('.');
}

/** RFC 5280 §4.1.2.5. @returns milliseconds since 1970 */
export function readTime(validity: DerReader): number {
  if (validity.nextIs(TAG.utcTime)) {
    const text = validity.content(TAG.utcTime)?.toString('latin1') ?? '';
    const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
    // As in Go, seconds are optional.
    const [time, zone] = text.length === 13 || text.length === 17 ? splitAt(text, 12) : splitAt(text, 10);
    const full = time.length === 10 ? `${time}00` : time;
    return parseTime(century + full, zone) ?? refuse('x509: malformed UTCTime');
  }
  if (validity.nextIs(TAG.generalizedTime)) {
    const text = validity.content(TAG.generalizedTime)?.toString('latin1') ?? '';
    return parseTime(...splitAt(text, 14)) ?? refuse('x509: malformed GeneralizedTime');
  }
  return refuse('x509: unsupported time format');
}

function splitAt(text: string, index: number): [string, string] {
  return [text.slice(0, index), text.slice(index)];
}

/** @param time `YYYYMMDDhhmmss` @param zone `Z` or `+hhmm` */
function parseTime(time: string, zone: string): number | undefined {
  const iso = `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}T${time.slice(8, 10)}:${time.slice(10, 12)}:${time.slice(12)}.000Z`;
  const ms = Date.parse(iso);
  // Date.parse accepts dates that do not exist, such as 30 February.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== iso) return undefined;
  if (zone === 'Z') return ms;
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? ms + offsetMs : ms - offsetMs;
}
