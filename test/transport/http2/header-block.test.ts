import { expect, test } from 'vitest';
import { FieldValidator } from '../../../src/transport/http2/header-block.js';
import { readyConnection } from '../../support/http2/open-connection.js';
import { headers } from '../../support/http2/scripted-peer.js';

test.each<[readonly (readonly [string, string])[], string | undefined]>([
  [
    [
      [':status', '200'],
      ['x-y', 'a\tb \xff'],
    ],
    undefined,
  ],
  [
    [
      [':status', '200'],
      ['X-Y', ''],
    ],
    'invalid header field name "X-Y"',
  ],
  [[['', '']], 'invalid header field name ""'],
  [[['a b', '']], 'invalid header field name "a b"'],
  [[['x', 'a\nb']], 'invalid header field value for "x"'],
  [[['x', 'a\rb']], 'invalid header field value for "x"'],
  [[['x', 'a\0b']], 'invalid header field value for "x"'],
  [[['x', 'a\x1bb']], 'invalid header field value for "x"'],
  [
    [
      ['x', ''],
      [':status', '200'],
    ],
    'pseudo header field after regular',
  ],
  [
    [
      [':status', '200'],
      [':status', '200'],
    ],
    'duplicate pseudo-header ":status"',
  ],
  [
    [
      [':status', '200'],
      [':x', ''],
    ],
    'invalid pseudo-header ":x"',
  ],
  [
    [
      [':status', '200'],
      [':path', '/'],
    ],
    'mix of request and response pseudo headers',
  ],
])('the header fields %j break this rule: %s', (fields, violation) => {
  const validator = new FieldValidator();
  for (const [name, value] of fields) validator.check(name, value);
  expect(validator.violation).toBe(violation);
});

test('a malformed response ends only its stream', async () => {
  const { peer, states, request } = await readyConnection();
  const [bad, good] = [request(), request()];
  await peer.takeReceivedFrames();
  peer.send(headers(1, { ':status': '200', x: 'a\nb' }), headers(3, { ':status': '200', x: 'a' }, 0x5));
  expect(bad.events).toEqual(['malformed: invalid header field value for "x"']);
  expect(good.events).toEqual([{ ':status': '200', x: 'a' }, 'end']);
  const [reset] = await peer.takeReceivedFrames();
  expect([reset?.type, reset?.payload.readUInt32BE()]).toEqual(['resetStream', 1]);
  expect(states).toEqual(['ready']);
});
