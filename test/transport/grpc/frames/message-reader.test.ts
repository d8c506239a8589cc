import { expect, test } from 'vitest';
import { MessageMemory } from '../../../../src/transport/grpc/frames/message-memory.js';
import {
  lengthPrefixedMessage,
  MessageReader,
} from '../../../../src/transport/grpc/frames/message-reader.js';
import { SeededRandom } from '../../../storage/support/random.js';

const LIMIT = 10 * 2 ** 20;

function read(parts: readonly Buffer[], maxBytes = LIMIT) {
  const messages: Buffer[] = [];
  const reader = new MessageReader({
    maxBytes,
    encoding: () => '',
    onMessage: (message) => messages.push(message),
  });
  for (const part of parts) {
    const own = Buffer.from(part);
    reader.push(own);
    // The reader must have copied the part.
    own.fill(0xee);
  }
  return { messages, isIncomplete: reader.isIncomplete };
}

const texts = (parts: readonly Buffer[]) => read(parts).messages.map(String);
const framed = (...messages: readonly string[]) =>
  Buffer.concat(messages.map((text) => lengthPrefixedMessage(Buffer.from(text))));

test('messages are the same for every split into three parts', () => {
  const messages = ['first', '', 'x', '', '', 'the last'];
  const bytes = framed(...messages);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const parts = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      expect(texts(parts), `cuts at ${first} and ${second}`).toEqual(messages);
    }
  }
});

test('each message has its own buffer', () => {
  const { messages } = read([framed('one', 'two')]);
  messages[0]?.fill(0);
  expect(String(messages[1])).toBe('two');
});

test('garbage is collected again and again while large messages arrive', () => {
  let collections = 0;
  const memory = new MessageMemory(() => void collections++);
  const read = (message: Buffer) =>
    new MessageReader({ maxBytes: LIMIT, encoding: () => '', onMessage() {}, memory }).push(message);
  const large = lengthPrefixedMessage(Buffer.alloc(2 ** 20));
  for (let count = 0; count < 300; count++) read(large);
  expect(collections).toBe(4);
});

test('a message that is given back is the memory of a later one of the same length', () => {
  const seen: ArrayBufferLike[] = [];
  const reader: MessageReader = new MessageReader({
    maxBytes: LIMIT,
    encoding: () => '',
    onMessage(message) {
      seen.push(message.buffer);
      reader.reuse(message);
    },
  });
  for (const length of [50_000, 50_000, 60_000, 60_000]) {
    reader.push(lengthPrefixedMessage(Buffer.alloc(length, 'x')));
  }
  expect(seen.map((buffer) => seen.indexOf(buffer))).toEqual([0, 0, 2, 2]);
});

test.each([1, 2, 3])('large messages in random parts are complete, seed %i', (seed) => {
  const random = new SeededRandom(seed);
  const messages = [0, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 5 * 2 ** 20 + random.below(1000), 3].map((size) =>
    Buffer.from(random.bytes(size)),
  );
  const bytes = Buffer.concat(messages.map(lengthPrefixedMessage));
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(40_000);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  const seen = read(parts).messages;
  expect(seen.map(({ length }) => length)).toEqual(messages.map(({ length }) => length));
  expect(Buffer.concat(seen).equals(Buffer.concat(messages))).toBe(true);
});

test('the length in a prefix does not allocate memory for the message', () => {
  const before = process.memoryUsage().arrayBuffers;
  const announced = Buffer.from('007fffffff00', 'hex');
  const readers = Array.from({ length: 20 }, () => {
    const reader = new MessageReader({ maxBytes: 2 ** 31 - 1, encoding: () => '', onMessage: () => {} });
    reader.push(announced);
    return reader;
  });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 2 ** 20);
  expect(readers.every(({ isIncomplete }) => isIncomplete)).toBe(true);
});

test('an incomplete last message is detected', () => {
  const bytes = framed('ab', '');
  const incomplete = [...bytes.keys()].filter((end) => read([bytes.subarray(0, end)]).isIncomplete);
  expect(incomplete).toEqual([5, 6]);
  expect(read([bytes]).isIncomplete).toBe(false);
});

test('a message of the maximum size is read, a larger one is rejected by its prefix', () => {
  expect(read([framed('x'.repeat(10))], 10).messages.length).toBe(1);
  expect(() => read([framed('x'.repeat(11)).subarray(0, 5)], 10)).toThrow(
    expect.objectContaining({
      code: 'ResourceExhausted',
      message: 'grpc: received message larger than max (11 vs. 10)',
    }),
  );
});

test.each([
  ['01', '', 'grpc: compressed flag set with identity or empty encoding'],
  ['01', 'identity', 'grpc: compressed flag set with identity or empty encoding'],
  ['01', 'gzip', 'grpc: Decompressor is not installed for grpc-encoding "gzip"'],
  ['ff', '', 'grpc: received unexpected payload format 255'],
])('a compressed message (%s, %j) is rejected when it is complete', (flag, encoding, message) => {
  const reader = new MessageReader({ maxBytes: LIMIT, encoding: () => encoding, onMessage: () => {} });
  const bytes = Buffer.from(`${flag}0000000161`, 'hex');
  reader.push(bytes.subarray(0, 5));
  expect(() => reader.push(bytes.subarray(5))).toThrow(
    expect.objectContaining({ code: 'Internal', message }),
  );
});
