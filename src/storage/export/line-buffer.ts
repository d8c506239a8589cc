import { isUtf8 } from 'node:buffer';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const FIRST_NON_ASCII = 0x80;

const ZERO = 0x30;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MAX_SAFE_DIGITS = 16;

/** Up to this length, a loop over the bytes costs less than a string. */
const SHORT_BYTES = 512;
/** Up to this length, a loop costs less than a call of Node's own code. */
const SHORT_TEXT = 32;
/** Of a code unit of UTF-16 in UTF-8. */
const MAX_UTF8_BYTES = 3;

/**
 * Text that is gathered in one buffer, which is used again and again: strings for each key of a million would keep the garbage collector
 * from freeing memory in time.
 */
export class LineBuffer {
  #bytes = Buffer.allocUnsafe(128 * 1024);
  #used = 0;

  get length(): number {
    return this.#used;
  }

  /** The bytes so far, which are valid until the next change; the buffer is then empty. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#used = 0;
    return taken;
  }

  text(text: string): this {
    this.#reserve(text.length * MAX_UTF8_BYTES);
    if (text.length > SHORT_TEXT || !this.#ascii(text)) {
      this.#used += this.#bytes.write(text, this.#used, 'utf8');
    }
    return this;
  }

  /** False when the text has other characters: then nothing is added. */
  #ascii(text: string): boolean {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= FIRST_NON_ASCII) return false;
      this.#bytes[this.#used + at] = unit;
    }
    this.#used += text.length;
    return true;
  }

  /** The digits of a number that is not negative. */
  digits(number: bigint): this {
    if (number > MAX_SAFE) return this.text(String(number));
    this.#reserve(MAX_SAFE_DIGITS);
    let rest = Number(number);
    let length = 1;
    for (let limit = 10; limit <= rest; limit *= 10) length++;
    for (let at = this.#used + length - 1; at >= this.#used; at--) {
      this.#bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#used += length;
    return this;
  }

  /** `"name":"text"` for bytes that are UTF-8, `"nameBase64":"…"` for others. */
  member(name: string, bytes: Uint8Array): this {
    if (isPlain(bytes)) {
      this.text('"').text(name).text('":"').#reserve(bytes.length);
      this.#bytes.set(bytes, this.#used);
      this.#used += bytes.length;
      return this.text('"');
    }
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (isUtf8(buffer)) return this.text(`"${name}":${JSON.stringify(buffer.toString('utf8'))}`);
    return this.text(`"${name}Base64":"${buffer.toString('base64')}"`);
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#used + sizeBytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
  }
}

/** Whether the bytes are short, and the same in a string of JSON. */
function isPlain(bytes: Uint8Array): boolean {
  if (bytes.length > SHORT_BYTES) return false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte < SPACE || byte >= FIRST_NON_ASCII || byte === QUOTE || byte === BACKSLASH) return false;
  }
  return true;
}
