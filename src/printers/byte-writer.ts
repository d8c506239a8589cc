import type { Sink } from './printer.js';

const CHUNK_BYTES = 64 * 1024;
/** Up to this length a loop in JavaScript is faster than Node's own copying. */
const SHORT_TEXT = 64;
/** How many bytes are encoded at a time: the encoded text must fit a chunk. A multiple of three for base64. */
const HEX_BLOCK = 1024;
const BASE64_BLOCK = 3 * 1024;
const HEX_DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const BASE64_DIGITS = Buffer.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'latin1',
);
const BASE64_PADDING = 0x3d;
const BACKSLASH = 0x5c;
const LETTER_X = 0x78;
const LINE_FEED = 0x0a;

/**
 * Gathers small pieces into chunks, so that a result of a million keys costs neither a string of its own
 * size nor a write per piece. Bytes as long as a chunk are passed on without a copy, and are not reused; the sink copies shorter ones. The
 * owner calls `flush` at the end.
 */
export class ByteWriter {
  readonly #sink: Pick<Sink, 'out'>;
  #chunk = Buffer.alloc(0);
  #used = 0;

  constructor(sink: Pick<Sink, 'out'>) {
    this.#sink = sink;
  }

  bytes(bytes: Uint8Array): this {
    if (bytes.length >= CHUNK_BYTES) {
      this.flush();
      this.#sink.out(bytes);
      return this;
    }
    const at = this.#take(bytes.length);
    this.#chunk.set(bytes, at);
    return this;
  }

  /** Text whose characters are all below U+0080. */
  ascii(text: string): this {
    if (text.length >= CHUNK_BYTES) return this.bytes(Buffer.from(text, 'latin1'));
    const at = this.#take(text.length);
    const chunk = this.#chunk;
    if (text.length > SHORT_TEXT) chunk.write(text, at, 'latin1');
    else for (let index = 0; index < text.length; index++) chunk[at + index] = text.charCodeAt(index);
    return this;
  }

  text(text: string): this {
    return this.bytes(Buffer.from(text, 'utf8'));
  }

  decimal(value: bigint): this {
    return this.ascii(value.toString());
  }

  /** Standard base64 with padding. Buffer's own makes a string first, which takes three times as long for usual values. */
  base64(bytes: Uint8Array): this {
    for (let from = 0; from < bytes.length; from += BASE64_BLOCK) {
      this.#base64Block(bytes, from, Math.min(from + BASE64_BLOCK, bytes.length));
    }
    return this;
  }

  /** Each byte as `\x` and two digits. */
  escapedHex(bytes: Uint8Array): this {
    for (let from = 0; from < bytes.length; from += HEX_BLOCK) {
      const to = Math.min(from + HEX_BLOCK, bytes.length);
      let at = this.#take(4 * (to - from));
      const chunk = this.#chunk;
      for (let index = from; index < to; index++) {
        const byte = bytes[index] as number;
        chunk[at] = BACKSLASH;
        chunk[at + 1] = LETTER_X;
        chunk[at + 2] = HEX_DIGITS[byte >> 4] as number;
        chunk[at + 3] = HEX_DIGITS[byte & 15] as number;
        at += 4;
      }
    }
    return this;
  }

  newline(): this {
    const at = this.#take(1);
    this.#chunk[at] = LINE_FEED;
    return this;
  }

  flush(): void {
    if (this.#used > 0) this.#sink.out(this.#chunk.subarray(0, this.#used));
    if (this.#used === CHUNK_BYTES) this.#chunk = Buffer.alloc(0);
    this.#used = 0;
  }

  #base64Block(bytes: Uint8Array, from: number, to: number): void {
    let at = this.#take(4 * Math.ceil((to - from) / 3));
    const chunk = this.#chunk;
    for (let index = from; index < to; index += 3) {
      // Beyond the end of the bytes an element is undefined, which the operators treat as zero.
      const group =
        ((bytes[index] as number) << 16) | ((bytes[index + 1] as number) << 8) | (bytes[index + 2] as number);
      chunk[at] = BASE64_DIGITS[group >> 18] as number;
      chunk[at + 1] = BASE64_DIGITS[(group >> 12) & 63] as number;
      chunk[at + 2] = index + 1 < to ? (BASE64_DIGITS[(group >> 6) & 63] as number) : BASE64_PADDING;
      chunk[at + 3] = index + 2 < to ? (BASE64_DIGITS[group & 63] as number) : BASE64_PADDING;
      at += 4;
    }
  }

  /** Makes room for that many bytes, fewer than a chunk, and returns where they go. */
  #take(length: number): number {
    if (this.#used + length > this.#chunk.length) {
      this.flush();
      if (this.#chunk.length === 0) this.#chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    }
    const at = this.#used;
    this.#used += length;
    return at;
  }
}

/** Calls `work` with a writer to the sink, then flushes the writer. */
export function writeTo(sink: Pick<Sink, 'out'>, work: (writer: ByteWriter) => void): void {
  const writer = new ByteWriter(sink);
  work(writer);
  writer.flush();
}
