/**
 * Keys and values are bytes; the command line and the environment are text. In a JavaScript string, a byte that is not
 * valid UTF-8 is the lone low surrogate U+DC80 + (byte − 0x80). This mapping is known as "surrogateescape" (PEP 383). The
 * conversion from text to bytes is then exact for every argument that a shell can pass.
 */

const ESCAPED_FIRST = 0xdc80;
const ESCAPED_LAST = 0xdcff;
const LONE_ESCAPES = /[\udc80-\udcff]/u;

/** Whether the text contains escapes for bytes that are not UTF-8. */
export function hasEscapedBytes(text: string): boolean {
  return LONE_ESCAPES.test(text);
}

/** The UTF-8 bytes of the text. Each escape becomes its byte. */
export function bytesFromText(text: string): Uint8Array {
  if (!hasEscapedBytes(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let plainFrom = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isPair = unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(index + 1));
    if (isPair) index++;
    else if (unit >= ESCAPED_FIRST && unit <= ESCAPED_LAST) {
      parts.push(Buffer.from(text.slice(plainFrom, index), 'utf8'), Buffer.of(unit - 0xdc00));
      plainFrom = index + 1;
    }
  }
  parts.push(Buffer.from(text.slice(plainFrom), 'utf8'));
  return Buffer.concat(parts);
}

/** The inverse of `bytesFromText`: valid UTF-8 becomes text, every other byte becomes an escape. */
export function textFromBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoded = buffer.toString('utf8');
  if (!decoded.includes('\ufffd')) return decoded;
  let text = '';
  for (let offset = 0; offset < buffer.length; ) {
    const length = validSequenceLength(buffer, offset);
    if (length === 0) text += String.fromCharCode(0xdc00 + (buffer[offset] ?? 0));
    else text += buffer.toString('utf8', offset, offset + length);
    offset += Math.max(length, 1);
  }
  return text;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The length of the UTF-8 sequence at the offset; 0 when it is not valid (RFC 3629; Unicode, table 3-7). */
export function validSequenceLength(bytes: Uint8Array, offset: number): number {
  const lead = bytes[offset] ?? 0xff;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf
      ? 2
      : lead >= 0xe0 && lead <= 0xef
        ? 3
        : lead >= 0xf0 && lead <= 0xf4
          ? 4
          : 0;
  if (length === 0 || offset + length > bytes.length) return 0;
  const second = bytes[offset + 1] ?? 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let index = 2; index < length; index++) {
    if (((bytes[offset + index] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
