import { getDefaultHighWaterMark, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { OldGarbage } from '../../../../src/runtime/collect-garbage.js';
import {
  keepingNewSpaceSmall,
  LargeMessages,
  withOneInAdvance,
} from '../../../../src/transport/grpc/grpc-js/large-messages.js';
import { keepCode } from '../../../support/kept-code.js';

it('collects garbage after each 16 MiB of large messages', () => {
  const collected: number[] = [];
  let received = 0;
  const messages = new LargeMessages(new OldGarbage(() => collected.push(received)));
  const decode = messages.counting(({ length }) => length);
  for (const mebibytes of [6, 6, 6, 0.5, 14]) {
    received++;
    const message = Buffer.alloc(mebibytes * 2 ** 20);
    expect(decode(message)).toBe(message.length);
  }
  received++;
  decode(Buffer.alloc(2 * 2 ** 20));
  for (let count = 0; count < 200; count++) decode(Buffer.alloc(2 ** 19));
  expect(collected).toEqual([3, 6]);
});

it('makes streams that receive one object in advance, and no others', () => {
  const before = getDefaultHighWaterMark(true);
  const stream = withOneInAdvance(() => new Readable({ objectMode: true }));
  expect(stream.readableHighWaterMark).toBe(1);
  const fail = () => {
    throw new Error('no stream');
  };
  expect(() => withOneInAdvance(fail)).toThrow('no stream');
  expect(getDefaultHighWaterMark(true)).toBe(before);
});

it('keeps the space of new objects small from the first large message to the end, not after it', () => {
  // V8 rejects code that was kept under other flags.
  const isSmall = keepCode();
  const decoder = keepingNewSpaceSmall(({ length }) => length);
  expect(decoder.decode(Buffer.alloc(1000))).toBe(1000);
  expect(isSmall()).toBe(false);
  decoder.decode(Buffer.alloc(2 ** 20));
  expect(isSmall()).toBe(true);
  decoder.end();
  expect(isSmall()).toBe(false);
  decoder.decode(Buffer.alloc(2 ** 20));
  expect(isSmall()).toBe(false);
});
