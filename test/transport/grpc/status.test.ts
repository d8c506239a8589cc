import { expect, test } from 'vitest';
import type { RpcCode } from '../../../src/model/errors.js';
import { AttemptError, connectionLost, toServerError } from '../../../src/transport/grpc/status.js';

const LOST = connectionLost('EOF').details;

const failure = (code: RpcCode, details: string, mayBeProcessed = true) =>
  new AttemptError({ code, details, isUnprocessed: !mayBeProcessed }, 'a:1');

test.each<[RpcCode, string, string]>([
  ['InvalidArgument', 'etcdserver: key is not provided', 'etcdserver: key is not provided'],
  [
    'OutOfRange',
    'etcdserver: mvcc: required revision has been compacted',
    'etcdserver: mvcc: required revision has been compacted',
  ],
  // etcd has this error, but it is not in the list of its clients.
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

test('a lost connection is reported with its endpoint, and that the request may have been applied', () => {
  expect(toServerError(failure('Unavailable', LOST)).reasons).toEqual([
    'a:1: the connection was lost before the response arrived; the request may have been applied',
  ]);
});
