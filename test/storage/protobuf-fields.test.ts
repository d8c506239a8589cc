import { describe, expect, it } from 'vitest';
import { ProtobufReader } from '../../src/storage/protobuf-fields.js';

/** Reads the first field of a message. */
function firstField(...message: readonly number[]) {
  return new ProtobufReader(Uint8Array.from(message), 0, message.length).next();
}

describe('ProtobufReader', () => {
  it('returns the span of the contents', () => {
    expect(firstField(0x0a, 2, 0x61, 0x62)).toEqual({ tag: 10, contents: { start: 2, end: 4 } });
    expect(firstField(0x08, 0x96, 0x01)?.tag).toBe(8);
  });

  it.each([
    ['a length beyond the end', [0x0a, 3, 0x61, 0x62]],
    ['an incomplete varint', [0x08, 0x80]],
    ['field 0', [0x02, 0]],
    ['a field number above 2^29 - 1', [0xf0, 0xff, 0xff, 0xff, 0x20, 1]],
    ['a group', [0x0b, 0x0c]],
  ])('returns undefined for %s', (_what, message) => {
    expect(firstField(...message)).toBeUndefined();
  });

  it('accepts the largest field number', () => {
    expect(firstField(0xf8, 0xff, 0xff, 0xff, 0x0f, 1)?.tag).toBe(2 ** 32 - 8);
  });
});
