import { expect, test } from 'vitest';
import { keepAliveOf } from '../../../src/transport/grpc/settings.js';
import { connectionOptions } from '../../support/grpc/options.js';

const of = (keepAliveTimeMs: number, keepAliveTimeoutMs: number) =>
  keepAliveOf(connectionOptions(['a:1'], { keepAliveTimeMs, keepAliveTimeoutMs }));

test.each([
  [30_000, 6_000, 30_000, 6_000],
  [1, 1, 10_000, 1],
  [30_000, 0, 30_000, 20_000],
  [1e12, 1e12, 2 ** 31 - 1, 2 ** 31 - 1],
])(
  'a keepalive time of %d ms and timeout of %d ms are used as %d and %d',
  (time, timeout, timeMs, timeoutMs) => {
    expect(of(time, timeout)).toEqual({ timeMs, timeoutMs });
  },
);

test('without a keepalive time there is no keepalive', () => {
  expect(of(0, 6_000)).toBeUndefined();
});
