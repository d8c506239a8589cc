import { expect, test } from 'vitest';
import type { RpcCode } from '../../../src/model/errors.js';
import { mayRepeat } from '../../../src/transport/grpc/retry.js';
import { CallFailure, lostConnection, toServerError } from '../../../src/transport/grpc/status.js';

const LOST = lostConnection('EOF');

const failure = (code: RpcCode, details: string, wasSent = true) =>
  new CallFailure(code, details, wasSent, 'a:1');

test.each<[RpcCode, string, string]>([
  ['InvalidArgument', 'etcdserver: key is not provided', 'etcdserver: key is not provided'],
  [
    'OutOfRange',
    'etcdserver: mvcc: required revision has been compacted',
    'etcdserver: mvcc: required revision has been compacted',
  ],
  // etcd has this error, but its clients do not know it.
  [
    'InvalidArgument',
    'etcdserver: permission not given',
    'rpc error: code = InvalidArgument desc = etcdserver: permission not given',
  ],
  ['Unimplemented', 'unknown method', 'rpc error: code = Unimplemented desc = unknown method'],
  ['Unavailable', LOST, 'rpc error: code = Unavailable desc = error reading from server: EOF'],
])('%s "%s" is printed as etcdctl does', (code, details, message) => {
  expect(toServerError(failure(code, details))).toMatchObject({ message, code });
});

test('a broken connection says which one, and that the request may have been carried out', () => {
  expect(toServerError(failure('Unavailable', LOST)).reasons).toEqual([
    'a:1: the connection broke before the answer came; the request may have been carried out',
  ]);
});

test.each<[string, CallFailure, 'repeatable' | 'once', number, boolean]>([
  ['a read, server unavailable', failure('Unavailable', 'etcdserver: no leader'), 'repeatable', 1, true],
  ['a write, server unavailable', failure('Unavailable', 'etcdserver: leader changed'), 'once', 3, false],
  ['a write, connection lost', failure('Unavailable', LOST), 'once', 3, false],
  ['a write that was not sent', failure('Unavailable', 'No connection established', false), 'once', 1, true],
  ['a read, wrong', failure('InvalidArgument', 'etcdserver: key is not provided'), 'repeatable', 3, false],
  ['a read, too late', failure('DeadlineExceeded', 'Deadline exceeded', false), 'repeatable', 3, false],
  [
    'a write at a learner',
    failure('FailedPrecondition', 'etcdserver: rpc not supported for learner'),
    'once',
    3,
    true,
  ],
  [
    'a write at the only learner',
    failure('FailedPrecondition', 'etcdserver: rpc not supported for learner'),
    'once',
    1,
    false,
  ],
])('whether a call may be repeated: %s', (_name, failed, policy, endpoints, expected) => {
  expect(mayRepeat(failed, policy, endpoints)).toBe(expected);
});
