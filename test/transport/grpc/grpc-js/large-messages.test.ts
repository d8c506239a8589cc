import { expect, it } from 'vitest';
import { collecting } from '../../../../src/transport/grpc/grpc-js/large-messages.js';

it('collects garbage after each 32 MiB of large messages', () => {
  const collected: number[] = [];
  let received = 0;
  const decode = collecting(
    ({ length }) => length,
    () => collected.push(received),
  );
  for (const mebibytes of [12, 12, 12, 0.5, 28, 4]) {
    received++;
    const message = Buffer.alloc(mebibytes * 2 ** 20);
    expect(decode(message)).toBe(message.length);
  }
  for (let count = 0; count < 200; count++) decode(Buffer.alloc(2 ** 19));
  expect(collected).toEqual([3, 6]);
});
