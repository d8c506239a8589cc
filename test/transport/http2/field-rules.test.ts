import { expect, test } from 'vitest';
import { FieldRules } from '../../../src/transport/http2/field-rules.js';
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
  const rules = new FieldRules();
  for (const [name, value] of fields) rules.check(name, value);
  expect(rules.violation).toBe(violation);
});

test('a malformed response ends its stream alone', async () => {
  const { peer, states, request } = await readyConnection();
  const [bad, good] = [request(), request()];
  await peer.heard();
  peer.say(headers(1, { ':status': '200', x: 'a\nb' }), headers(3, { ':status': '200', x: 'a' }, 0x5));
  expect(bad.events).toEqual(['malformed: invalid header field value for "x"']);
  expect(good.events).toEqual([{ ':status': '200', x: 'a' }, 'end']);
  const [reset] = await peer.heard();
  expect([reset?.type, reset?.payload.readUInt32BE()]).toEqual(['resetStream', 1]);
  expect(states).toEqual(['ready']);
});
