import { getDefaultHighWaterMark, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { OldGarbage } from '../../../../src/runtime/collect-garbage.js';
import { LargeMessages, withOneInAdvance } from '../../../../src/transport/grpc/grpc-js/large-messages.js';

it('collects garbage after each 16 MiB of large messages, requests and responses', () => {
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
  messages.count(2 * 2 ** 20);
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
