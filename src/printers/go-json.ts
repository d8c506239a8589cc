import type { ByteWriter } from './byte-writer.js';

/**
 * JSON as Go's encoding/json writes it: no spaces, `<`, `>` and `&` escaped for HTML, bytes in base64,
 * 64-bit numbers bare. Written piece by piece: JSON.stringify knows neither bigint nor a result larger than
 * a string.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON must escape
const ESCAPED = /["\\\u0000-\u001f<>&\u2028\u2029]|\p{Cs}/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * The JSON literal of a text; a byte that was not valid UTF-8 (a lone surrogate, see model/bytes) is
 * `\ufffd`.
 */
export function jsonString(text: string): string {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const unit = character.charCodeAt(0);
  if (unit >= 0xd800 && unit <= 0xdfff) return '\\ufffd';
  return SHORT_ESCAPES[character] ?? `\\u${unit.toString(16).padStart(4, '0')}`;
}

/**
 * One JSON object, member by member. Every method but `string` and `member` leaves out a zero value, as the
 * `omitempty` of etcd's messages does. Names must need no escaping.
 */
export class JsonObjectWriter {
  #separator = '{';

  constructor(readonly writer: ByteWriter) {}

  /** Starts a member; the caller writes its value. */
  member(name: string): ByteWriter {
    this.writer.ascii(this.#separator).ascii('"').ascii(name).ascii('":');
    this.#separator = ',';
    return this.writer;
  }

  string(name: string, value: string): this {
    this.member(name).text(jsonString(value));
    return this;
  }

  nonEmptyString(name: string, value: string): this {
    return value === '' ? this : this.string(name, value);
  }

  nonEmptyStrings(name: string, values: readonly string[]): this {
    if (values.length > 0) this.member(name).text(`[${values.map(jsonString).join(',')}]`);
    return this;
  }

  integer(name: string, value: bigint): this {
    if (value !== 0n) this.member(name).decimal(value);
    return this;
  }

  flag(name: string, value: boolean): this {
    if (value) this.member(name).ascii('true');
    return this;
  }

  bytes(name: string, value: Uint8Array): this {
    if (value.length > 0) this.member(name).ascii('"').base64(value).ascii('"');
    return this;
  }

  end(): void {
    this.writer.ascii(this.#separator === '{' ? '{}' : '}');
  }
}
