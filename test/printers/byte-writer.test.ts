import { describe, expect, test } from 'vitest';
import { ByteWriter, writeTo } from '../../src/printers/byte-writer.js';

const MAX_CHUNK_BYTES = 64 * 1024;

function collect(work: (writer: ByteWriter) => void): Buffer[] {
  const chunks: Buffer[] = [];
  writeTo({ out: (chunk) => chunks.push(Buffer.from(chunk)) }, work);
  return chunks;
}

function patterned(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 151 + (index >> 8)) & 255));
}

describe('ByteWriter', () => {
  test.each([0, 1, 2, 3, 4, 5, 1023, 1024, 1025, 3071, 3072, 3073, 65535, 65536, 200_000])(
    'encodes %i bytes as Buffer does',
    (length) => {
      const bytes = patterned(length);
      const printed = Buffer.concat(
        collect((writer) => writer.base64(bytes).newline().escapedHex(bytes).newline().bytes(bytes)),
      );
      const hex = bytes.toString('hex').replace(/../g, '\\x$&');
      const expected = Buffer.concat([Buffer.from(`${bytes.toString('base64')}\n${hex}\n`), bytes]);
      expect(printed.equals(expected)).toBe(true);
    },
  );

  test('reads only the bytes of a view', () => {
    const view = patterned(20).subarray(3, 8);
    const [chunk] = collect((writer) => writer.base64(view).ascii(' ').escapedHex(view.subarray(0, 1)));
    expect(chunk?.toString()).toBe(`${view.toString('base64')} \\x${view.toString('hex', 0, 1)}`);
  });

  test('gathers small pieces and never exceeds a chunk', () => {
    const chunks = collect((writer) => {
      for (let line = 0; line < 100_000; line++) writer.decimal(BigInt(line)).text('é').newline();
    });
    expect(chunks.length).toBeLessThan(20);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
    const lines = Array.from({ length: 100_000 }, (_, line) => `${line}é\n`).join('');
    expect(Buffer.concat(chunks).toString()).toBe(lines);
  });

  test('hands large bytes over uncopied and in order, and leaves full chunks alone', () => {
    const large = patterned(MAX_CHUNK_BYTES);
    const chunks: (string | Uint8Array)[] = [];
    const writer = new ByteWriter({
      out: (chunk) => chunks.push(chunk.length < MAX_CHUNK_BYTES ? Buffer.from(chunk) : chunk),
    });
    writer.ascii('before').bytes(large).ascii('after').flush();
    const part = 'x'.repeat(MAX_CHUNK_BYTES / 2);
    writer.ascii(part).ascii(part).ascii('later').flush();
    expect(chunks[1]).toBe(large);
    expect([chunks[0], chunks[2], chunks[3], chunks[4]].map(String)).toEqual([
      'before',
      'after',
      part + part,
      'later',
    ]);
  });

  test('uses the memory of a chunk again that was not full', () => {
    const chunks: Uint8Array[] = [];
    const writer = new ByteWriter({ out: (chunk) => chunks.push(chunk as Uint8Array) });
    writer.ascii('before').flush();
    writer.ascii('after').flush();
    expect(chunks[1]?.buffer).toBe(chunks[0]?.buffer);
  });

  test('writes ASCII longer than a chunk', () => {
    const text = 'x'.repeat(3 * MAX_CHUNK_BYTES + 1);
    expect(Buffer.concat(collect((writer) => writer.ascii(text))).toString()).toBe(text);
  });
});
