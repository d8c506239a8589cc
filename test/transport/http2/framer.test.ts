import { expect, test } from 'vitest';
import { DEFAULT_MAX_FRAME_BYTES, type FrameHeader, frame } from '../../../src/transport/http2/frame.js';
import { FrameReader } from '../../../src/transport/http2/framer.js';
import { SeededRandom } from '../../storage/support/random.js';

interface Frame {
  readonly header: FrameHeader;
  readonly payload: Buffer;
}

const framesOf = (sizes: readonly number[]): Frame[] =>
  sizes.map((size, index) => ({
    header: { type: index % 10, flags: 255 - index, streamId: 2 ** 31 - 1 - index },
    payload: Buffer.from(new SeededRandom(index).bytes(size)),
  }));

const bytesOf = (frames: readonly Frame[]) =>
  Buffer.concat(frames.map(({ header, payload }) => frame(header, payload)));

function read(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((header, payload) => frames.push({ header, payload: Buffer.from(payload) }));
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

test('frames are the same for every split into three chunks', () => {
  const frames = framesOf([0, 1, 9, 0, 0, 12]);
  const bytes = bytesOf(frames);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      expect(read(chunks), `cuts at ${first} and ${second}`).toEqual(frames);
    }
  }
});

test('frames are the same byte by byte', () => {
  const frames = framesOf([3, 0, 20]);
  expect(read([...bytesOf(frames)].map((byte) => Buffer.of(byte)))).toEqual(frames);
});

test.each([1, 2, 3, 4, 5])('frames are the same in random chunks, seed %i', (seed) => {
  const random = new SeededRandom(seed);
  const sizes = [DEFAULT_MAX_FRAME_BYTES, 0, DEFAULT_MAX_FRAME_BYTES - 1];
  for (let index = 0; index < 60; index++)
    sizes.push(random.below(random.below(2) ? 40 : DEFAULT_MAX_FRAME_BYTES));
  const frames = framesOf(sizes);
  const bytes = bytesOf(frames);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(random.below(2) ? 20 : 40_000);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  const seen = read(chunks);
  expect(seen.map(({ header }) => header)).toEqual(frames.map(({ header }) => header));
  expect(
    Buffer.concat(seen.map(({ payload }) => payload)).equals(
      Buffer.concat(frames.map(({ payload }) => payload)),
    ),
  ).toBe(true);
});

test('the reserved bit of a stream ID is ignored', () => {
  expect(read([Buffer.from('000000040080000007', 'hex')])[0]?.header.streamId).toBe(7);
});

test.each([
  ['at once', (bytes: Buffer) => [bytes]],
  ['in two chunks', (bytes: Buffer) => [bytes.subarray(0, 2), bytes.subarray(2)]],
])('a frame that is too large is rejected by its header, which arrives %s', (_name, cut) => {
  const header = Buffer.from('004001000000000001', 'hex');
  expect(() => read(cut(header))).toThrow(
    expect.objectContaining({ code: 'FRAME_SIZE_ERROR', message: 'a frame of 16385 bytes' }),
  );
});

test('a frame whose length field is split is not read with the length of an earlier frame', () => {
  const frames = framesOf([1, DEFAULT_MAX_FRAME_BYTES]);
  const bytes = bytesOf(frames);
  const cuts = [4, 10 + 1, 10 + 2, bytes.length];
  const chunks = cuts.map((end, index) => bytes.subarray(cuts[index - 1] ?? 0, end));
  expect(read(chunks).map(({ payload }) => payload.length)).toEqual([1, DEFAULT_MAX_FRAME_BYTES]);
});
