/**
 * Finds and replaces values in a JSON text without parsing the rest into objects. All other bytes are unchanged, so that integers beyond
 * the precision of a double keep their digits. The text is UTF-8, in which all structural characters of JSON are single bytes.
 */

/** Where a value begins and ends. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Returns the same bytes when there is no value at the path. Throws a `SyntaxError` with the offset when the text is not JSON. */
export function replaceJson(bytes: Uint8Array, path: readonly string[], replacement: string): Uint8Array {
  const reader = new JsonReader(bytes);
  let span: Span | undefined = { start: reader.skipSpace(0), end: bytes.length };
  for (const name of path) span = span && reader.member(span.start, name);
  if (span === undefined) return bytes;
  return Buffer.concat([bytes.subarray(0, span.start), Buffer.from(replacement), bytes.subarray(span.end)]);
}

/** The member names of the object at the path, not unescaped; empty when there is no object. Throws a `SyntaxError`. */
export function memberNames(bytes: Uint8Array, path: readonly string[]): readonly string[] {
  const reader = new JsonReader(bytes);
  let start: number | undefined = reader.skipSpace(0);
  for (const name of path) start = start === undefined ? undefined : reader.member(start, name)?.start;
  if (start === undefined) return [];
  return Array.from(reader.members(start), ({ name }) => Buffer.from(name).toString('utf8'));
}

interface Member extends Span {
  /** Without quotes. */
  readonly name: Uint8Array;
}

class JsonReader {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The value of the member; `undefined` when there is none, or no object at the offset. Names with escapes are not found. */
  member(start: number, name: string): Span | undefined {
    const wanted = Buffer.from(name);
    for (const member of this.members(start)) if (wanted.equals(member.name)) return member;
    return undefined;
  }

  /** The members of the object at the offset; none when there is no object. */
  *members(start: number): Generator<Member> {
    if (this.#bytes[start] !== OPEN_BRACE) return;
    let offset = this.skipSpace(start + 1);
    while (this.#bytes[offset] === QUOTE) {
      const nameEnd = this.#stringEnd(offset);
      const name = this.#bytes.subarray(offset + 1, nameEnd - 1);
      const valueStart = this.skipSpace(this.#expect(this.skipSpace(nameEnd), COLON));
      const end = this.#valueEnd(valueStart);
      yield { name, start: valueStart, end };
      offset = this.skipSpace(end);
      if (this.#bytes[offset] !== COMMA) break;
      offset = this.skipSpace(offset + 1);
    }
    this.#expect(offset, CLOSE_BRACE);
  }

  skipSpace(from: number): number {
    let offset = from;
    while (this.#isSpace(offset)) offset++;
    return offset;
  }

  #isSpace(offset: number): boolean {
    const byte = this.#bytes[offset];
    return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  }

  #expect(offset: number, byte: number): number {
    if (this.#bytes[offset] !== byte) throw new SyntaxError(`no JSON at offset ${offset}`);
    return offset + 1;
  }

  /** Counts the depth instead of recursing, so that deep nesting does not overflow the stack. */
  #valueEnd(start: number): number {
    let depth = 0;
    let offset = start;
    for (;;) {
      const byte = this.#bytes[offset];
      if (byte === undefined) throw new SyntaxError(`the JSON ends within a value, at offset ${offset}`);
      if (byte === QUOTE) offset = this.#stringEnd(offset);
      else {
        if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
        if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
        offset++;
      }
      if (depth === 0 && this.#endsScalar(offset)) return offset;
    }
  }

  /** Numbers, `true`, `false` and `null` end before a comma, a closing bracket or a space. */
  #endsScalar(offset: number): boolean {
    const byte = this.#bytes[offset];
    return (
      byte === undefined ||
      byte === COMMA ||
      byte === CLOSE_BRACE ||
      byte === CLOSE_BRACKET ||
      this.#isSpace(offset)
    );
  }

  #stringEnd(start: number): number {
    for (let offset = start + 1; offset < this.#bytes.length; offset++) {
      if (this.#bytes[offset] === BACKSLASH) offset++;
      else if (this.#bytes[offset] === QUOTE) return offset + 1;
    }
    throw new SyntaxError(`the JSON ends within a string, at offset ${start}`);
  }
}
