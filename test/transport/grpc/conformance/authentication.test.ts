import { status as code, type Metadata, type ServerWritableStream } from '@grpc/grpc-js';
import { afterEach, expect, test, vi } from 'vitest';
import type { Client } from '../../../../src/model/services.js';
import type { Credentials } from '../../../../src/transport/connection.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { FakeEtcd, status, unary } from '../../../support/grpc/fake-etcd.js';
import { closedPort } from '../../../support/grpc/fault-proxy.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

const ROOT: Credentials = { kind: 'password', username: 'root', password: 'secret' };

let server: FakeEtcd | undefined;
let client: Client | undefined;

afterEach(() => {
  client?.close();
  server?.stop();
  client = undefined;
});

/** A member with auth enabled. It logs calls as `put t1` (with the token), logins as `login root`. */
async function serve(answer: (token: string, log: readonly string[]) => void = () => {}): Promise<string[]> {
  const log: string[] = [];
  const tokenOf = (metadata: Metadata) => String(metadata.get('token')[0] ?? '');
  let tokens = 0;
  const call = (name: string) =>
    unary((_request, metadata) => {
      log.push(`${name} ${tokenOf(metadata)}`);
      answer(tokenOf(metadata), log);
      return {};
    });
  server = await FakeEtcd.start({
    'Auth/Authenticate': unary((request: { name: string; password: string }, metadata) => {
      log.push(`login ${request.name}${tokenOf(metadata)}`);
      if (request.password !== 'secret') {
        throw status(code.INVALID_ARGUMENT, 'etcdserver: authentication failed, invalid user ID or password');
      }
      if (request.name === 'nobody')
        throw status(code.FAILED_PRECONDITION, 'etcdserver: authentication is not enabled');
      tokens++;
      return { token: `t${tokens}` };
    }),
    'KV/Range': call('range'),
    'KV/Put': call('put'),
    'Maintenance/Snapshot': (stream: ServerWritableStream<unknown, unknown>) => {
      log.push(`snapshot ${tokenOf(stream.metadata)}`);
      stream.end();
    },
  });
  return log;
}

async function open(credentials?: Credentials): Promise<Client> {
  client = await connect(
    connectionOptions([server?.endpoint ?? ''], { ...(credentials && { credentials }) }),
  );
  return client;
}

const get = (to: Client) => to.kv.range({ key: bytes('k') });
const put = (to: Client) => to.kv.put({ key: bytes('k') });
const refuse = (details: string) => {
  throw status(code.INVALID_ARGUMENT, details);
};

test('name and password are exchanged for a token, which is sent with each call', async () => {
  const log = await serve();
  const to = await open(ROOT);
  await get(to);
  await put(to);
  expect(log).toEqual(['login root', 'range t1', 'put t1']);
});

test('a stream does not renew a recent token', async () => {
  const log = await serve();
  const to = await open(ROOT);
  for await (const _part of to.maintenance.snapshot({}));
  expect(log).toEqual(['login root', 'snapshot t1']);
});

test('a given token is sent as it is, and never renewed', async () => {
  const log = await serve(() => refuse('etcdserver: invalid auth token'));
  const to = await open({ kind: 'token', token: 'jwt' });
  await expect(put(to)).rejects.toThrow(/^etcdserver: invalid auth token$/);
  expect(log).toEqual(['put jwt']);
});

test.each([
  'etcdserver: invalid auth token',
  'etcdserver: revision of auth store is old',
  'etcdserver: user name is empty',
])('reads and writes are retried with a new token after "%s"', async (details) => {
  const log = await serve((token) => {
    if (token === 't1') refuse(details);
  });
  const to = await open(ROOT);
  await put(to);
  await get(to);
  expect(log).toEqual(['login root', 'put t1', 'login root', 'put t2', 'range t2']);
});

test('without a user, a call is retried after an old auth revision, but not after a missing name', async () => {
  const log = await serve((_token, calls) => {
    if (calls.length === 1) refuse('etcdserver: revision of auth store is old');
    if (calls.length === 3) refuse('etcdserver: user name is empty');
  });
  const to = await open();
  await put(to);
  await expect(get(to)).rejects.toThrow(/^etcdserver: user name is empty$/);
  expect(log).toEqual(['put ', 'put ', 'range ']);
});

test('a server with auth disabled needs no token', async () => {
  const log = await serve();
  const to = await open({ kind: 'password', username: 'nobody', password: 'secret' });
  await put(to);
  expect(log).toEqual(['login nobody', 'put ']);
});

test.each([
  ['', 'secret'],
  ['root', ''],
])('name %j with password %j means no credentials', async (username, password) => {
  const log = await serve();
  await put(await open({ kind: 'password', username, password }));
  expect(log).toEqual(['put ']);
});

test('a wrong password fails connect, and is not in the error', async () => {
  await serve();
  const error = await rejection(open({ kind: 'password', username: 'root', password: 'wr0ng-pw' }));
  expect(error.name).toBe('ConnectionError');
  expect(error.message).toBe('etcdserver: authentication failed, invalid user ID or password');
  expect(JSON.stringify([error, error.reasons, error.cause, error.stack])).not.toContain('wr0ng-pw');
});

test('a login fails after the dial timeout', async () => {
  const endpoint = `127.0.0.1:${await closedPort()}`;
  const options = connectionOptions([endpoint], { credentials: ROOT, dialTimeoutMs: 200 });
  await expect(connect(options)).rejects.toMatchObject({
    name: 'ConnectionError',
    message: 'context deadline exceeded',
    reasons: [`${endpoint}: connection refused`],
  });
});

test('the signal ends a login with its reason', async () => {
  const options = connectionOptions([`127.0.0.1:${await closedPort()}`], {
    credentials: ROOT,
    dialTimeoutMs: 0,
  });
  const reason = new Error('interrupted');
  const controller = new AbortController();
  const connecting = rejection(connect(options, controller.signal));
  controller.abort(reason);
  expect(await connecting).toBe(reason);
});

test('a login that the server ends at the deadline of one call is repeated for another', async () => {
  let logins = 0;
  server = await FakeEtcd.start({
    'Auth/Authenticate': unary(async () => {
      logins++;
      if (logins !== 2) return { token: `t${logins}` };
      // Shortly before the timer of the call: its deadline can pass earlier on the server.
      await new Promise((resolve) => setTimeout(resolve, 970));
      throw status(code.DEADLINE_EXCEEDED, 'Deadline exceeded');
    }),
    'KV/Put': unary((_request, metadata: Metadata) => {
      if (metadata.get('token')[0] === 't1') refuse('etcdserver: invalid auth token');
      return {};
    }),
  });
  const to = await open(ROOT);
  const putWithin = (timeoutMs: number) => to.kv.put({ key: bytes('k') }, { timeoutMs });
  const first = rejection(putWithin(1000));
  await vi.waitFor(() => expect(logins).toBe(2), 10_000);
  const second = putWithin(20_000);
  expect((await first).message).toBe('context deadline exceeded');
  await second;
  expect(logins).toBe(3);
});

test('calls that share a login each keep their own time limit', async () => {
  let logins = 0;
  const answers: (() => void)[] = [];
  server = await FakeEtcd.start({
    'Auth/Authenticate': unary(async () => {
      logins++;
      // The first login, of `connect`, is answered at once.
      if (logins > 1) await new Promise<void>((resolve) => answers.push(resolve));
      return { token: `t${logins}` };
    }),
    'KV/Put': unary((_request, metadata: Metadata) => {
      if (metadata.get('token')[0] === 't1') refuse('etcdserver: invalid auth token');
      return {};
    }),
  });
  const to = await open(ROOT);
  const putWithin = (timeoutMs: number) => to.kv.put({ key: bytes('k') }, { timeoutMs });
  // The login is made for the first of them, which ends before it is answered.
  const first = rejection(putWithin(1000));
  let hasFirstEnded = false;
  void first.then(() => {
    hasFirstEnded = true;
  });
  await vi.waitFor(() => expect(logins).toBe(2), { timeout: 10_000 });
  const hasTime = putWithin(20_000);
  const hasLittle = rejection(putWithin(100));
  expect((await hasLittle).message).toBe('context deadline exceeded');
  expect(hasFirstEnded).toBe(false);
  expect((await first).message).toBe('context deadline exceeded');
  await vi.waitFor(() => expect(answers).toHaveLength(2), { timeout: 10_000 });
  for (const answer of answers) answer();
  await hasTime;
  expect(logins).toBe(3);
});

test('a login is made elsewhere too when a member does not answer', async () => {
  const silent = await FakeEtcd.start({ 'Auth/Authenticate': unary(() => new Promise<never>(() => {})) });
  const log = await serve();
  try {
    client = await connect(
      connectionOptions([silent.endpoint, server?.endpoint ?? ''], {
        credentials: ROOT,
        dialTimeoutMs: 20_000,
      }),
    );
    await put(client);
    expect(log).toEqual(['login root', 'put t1']);
  } finally {
    client?.close();
    silent.stop();
  }
});

test('the tokens for a learner come from other members, also the next one', async () => {
  const log = await serve();
  const tokens: string[] = [];
  const refuseLearner = unary(() => {
    throw status(code.FAILED_PRECONDITION, 'etcdserver: rpc not supported for learner');
  });
  const learner = await FakeEtcd.start({
    'Auth/Authenticate': refuseLearner,
    'KV/Range': unary((_request, metadata: Metadata) => {
      const token = String(metadata.get('token')[0]);
      tokens.push(token);
      if (token === 't1') refuse('etcdserver: invalid auth token');
      return {};
    }),
  });
  const connectTo = (changes: { readonly loginEndpoints?: readonly string[] }) =>
    connect(connectionOptions([learner.endpoint], { credentials: ROOT, ...changes }));
  try {
    expect(await rejection(connectTo({}))).toMatchObject({
      name: 'ConnectionError',
      message: 'etcdserver: rpc not supported for learner',
    });
    const loginEndpoints = [`127.0.0.1:${await closedPort()}`, learner.endpoint, server?.endpoint ?? ''];
    client = await connectTo({ loginEndpoints });
    await get(client);
    expect(tokens).toEqual(['t1', 't2']);
    expect(log).toEqual(['login root', 'login root']);
  } finally {
    client?.close();
    learner.stop();
  }
});
