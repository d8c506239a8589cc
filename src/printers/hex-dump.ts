import type { ByteWriter } from './byte-writer.js';

const BYTES_PER_LINE = 16;

/**
 * Writes bytes as `hexdump -C` does: their offset, the bytes in hexadecimal, and those that are printable ASCII. `*` stands for lines
 * that repeat the one before; the last line has the length.
 */
export function writeHexDump(writer: ByteWriter, bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let isRepeated = false;
  for (let from = 0; from < buffer.length; from += BYTES_PER_LINE) {
    const to = Math.min(from + BYTES_PER_LINE, buffer.length);
    const repeats = from > 0 && buffer.compare(buffer, from - BYTES_PER_LINE, from, from, to) === 0;
    if (!repeats) writer.ascii(line(buffer, from, to));
    else if (!isRepeated) writer.ascii('*\n');
    isRepeated = repeats;
  }
  if (buffer.length > 0) writer.ascii(offsetText(buffer.length));
}

function line(buffer: Buffer, from: number, to: number): string {
  const half = from + BYTES_PER_LINE / 2;
  let digits = '';
  let characters = '';
  for (let at = from; at < from + BYTES_PER_LINE; at++) {
    if (at === half) digits += ' ';
    if (at >= to) digits += '   ';
    else {
      const byte = buffer[at] as number;
      digits += ` ${byte.toString(16).padStart(2, '0')}`;
      characters += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
    }
  }
  return `${offsetText(from)} ${digits}  |${characters}|\n`;
}

function offsetText(offset: number): string {
  return offset.toString(16).padStart(8, '0');
}
