import { expect, test } from 'vitest';
import { serverHints } from '../../src/cli/server-hints.js';
import { CommandError, ServerError } from '../../src/model/errors.js';

const COMMAND = {
  endpoints: ['a:1'],
  username: undefined,
  signal: new AbortController().signal,
  open: () => Promise.reject(new Error('not reachable')),
};

test.each([
  'unexpected HTTP status code received from server: 404 (Not Found); transport: received unexpected content-type "text/plain"',
  'malformed header: missing HTTP content-type',
])('a response that is not gRPC is not that of a client port: %s', async (details) => {
  const error = new ServerError(`rpc error: code = Unknown desc = ${details}`, 'Unknown');
  expect(await serverHints(error, COMMAND)).toEqual([
    expect.stringMatching(/^the answer is not that of etcd's client port: /),
  ]);
});

test.each([
  new ServerError('rpc error: code = Unknown desc = x', 'Unknown'),
  new CommandError('unhealthy cluster'),
])('there is no hint for $message', async (error) => {
  expect(await serverHints(error, COMMAND)).toEqual([]);
});
