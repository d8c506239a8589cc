import { status as code, type Metadata } from '@grpc/grpc-js';
import { afterEach, expect, test, vi } from 'vitest';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { FakeEtcd, type Handlers, status, unary } from '../../../support/grpc/fake-etcd.js';
import { closedPort, FaultProxy } from '../../../support/grpc/fault-proxy.js';
import { BUSY, bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

const servers: FakeEtcd[] = [];
const proxies: FaultProxy[] = [];
const clients: Client[] = [];

async function serve(handlers: Handlers): Promise<FaultProxy> {
  const server = await FakeEtcd.start(handlers);
  servers.push(server);
  return proxied(server.port);
}

async function proxied(port: number): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(port);
  proxies.push(proxy);
  return proxy;
}

async function open(...args: Parameters<typeof connectionOptions>): Promise<Client> {
  const client = await connect(connectionOptions(...args));
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await vi.waitFor(
    () => expect(proxies.map((proxy) => proxy.openConnections)).toEqual(proxies.map(() => 0)),
    BUSY,
  );
  for (const proxy of proxies.splice(0)) await proxy.close();
  for (const server of servers.splice(0)) server.stop();
});

const value = (text: string) => ({ kvs: [{ key: bytes('k'), value: bytes(text) }], count: 1n });
const never = () => new Promise<never>(() => {});

test('a call sends its request and the API version, and returns the response', async () => {
  let seen: { request: unknown; metadata: Metadata } | undefined;
  const server = await serve({
    'KV/Range': unary((request, metadata) => {
      seen = { request, metadata };
      return value('v');
    }),
  });
  const client = await open([server.endpoint]);
  const response = await client.kv.range({ key: bytes('k'), limit: 7n, sortOrder: 1 });
  expect(response).toMatchObject({ count: 1n, more: false });
  expect(Buffer.from(response.kvs.at(0)?.value ?? []).toString()).toBe('v');
  expect(seen?.request).toMatchObject({ limit: 7n, sortOrder: 1, rangeEnd: new Uint8Array() });
  expect(seen?.metadata.getMap()).toMatchObject({ 'client-api-version': '3.7' });
  expect(seen?.metadata.get('token')).toEqual([]);
  expect(seen?.metadata.get('hasleader')).toEqual([]);
});

test('connecting dials nothing', async () => {
  const server = await serve({});
  const client = await open([server.endpoint]);
  client.close();
  client.close();
  expect(server.accepted).toBe(0);
});

test('a client that connects at once says at the first call why it could not', async () => {
  const client = await open([`127.0.0.1:${await closedPort()}`], {
    connectsAtOnce: true,
    callTimeoutMs: 200,
  });
  const failure = await rejection(client.kv.put({ key: bytes('k') }));
  expect(failure).toMatchObject({ reasons: [expect.stringContaining('connection refused')] });
});

test('an error of etcd has its bare message and its code', async () => {
  const server = await serve({
    'KV/Put': unary(() => {
      throw status(code.INVALID_ARGUMENT, 'etcdserver: key is not provided');
    }),
  });
  const client = await open([server.endpoint]);
  await expect(client.kv.put({ key: bytes('') })).rejects.toMatchObject({
    name: 'ServerError',
    code: 'InvalidArgument',
    message: 'etcdserver: key is not provided',
  });
});

test('a request that is too large is not sent', async () => {
  const server = await serve({});
  const client = await open([server.endpoint], { maxRequestBytes: 100 });
  await expect(client.kv.put({ key: bytes('k'), value: Buffer.alloc(200) })).rejects.toMatchObject({
    code: 'ResourceExhausted',
    message:
      'rpc error: code = ResourceExhausted desc = trying to send message larger than max (206 vs. 100)',
  });
  expect(server.accepted).toBe(0);
});

test('the default limit for requests is 2 MiB', async () => {
  const server = await serve({ 'KV/Put': unary(() => ({})) });
  const client = await open([server.endpoint]);
  const put = (size: number) => client.kv.put({ key: bytes('k'), value: Buffer.alloc(size) });
  await put(2 * 2 ** 20 - 7);
  await expect(put(2 * 2 ** 20 - 6)).rejects.toThrow(
    'trying to send message larger than max (2097153 vs. 2097152)',
  );
});

test('a response that is too large is rejected', async () => {
  const server = await serve({ 'KV/Range': unary(() => value('x'.repeat(500))) });
  const client = await open([server.endpoint], { maxReceiveBytes: 50 });
  await expect(client.kv.range({ key: bytes('k') })).rejects.toThrow(
    /^rpc error: code = ResourceExhausted desc = grpc: received message larger than max \(\d+ vs\. 50\)$/,
  );
});

test("responses above gRPC's default of 4 MiB are accepted", async () => {
  const server = await serve({ 'KV/Range': unary(() => value('x'.repeat(5 * 2 ** 20))) });
  const client = await open([server.endpoint]);
  const { kvs } = await client.kv.range({ key: bytes('k') });
  expect(kvs.at(0)?.value.length).toBe(5 * 2 ** 20);
});

test('contradictory limits fail connect', async () => {
  const error = await rejection(
    connect(connectionOptions(['a:1'], { maxRequestBytes: 100, maxReceiveBytes: 50 })),
  );
  expect(error.name).toBe('ConnectionError');
  expect(error.message).toBe(
    'gRPC message recv limit (50 bytes) must be greater than send limit (100 bytes)',
  );
});

test('the deadline ends a call without a response, and is sent to the server', async () => {
  let left = Number.NaN;
  const server = await serve({
    'KV/Range': (call: { getDeadline(): Date | number }) => {
      left = Number(call.getDeadline()) - Date.now();
    },
  });
  const client = await open([server.endpoint], { callTimeoutMs: 300 });
  await expect(client.kv.range({ key: bytes('k') })).rejects.toMatchObject({
    name: 'ServerError',
    code: 'DeadlineExceeded',
    message: 'context deadline exceeded',
    reasons: [`${server.endpoint}: connected, but the server did not answer in time`],
  });
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(300);
});

test("a call's own timeout overrides the client's", async () => {
  const server = await serve({ 'KV/Range': unary(never) });
  const client = await open([server.endpoint], { callTimeoutMs: null });
  await expect(client.kv.range({ key: bytes('k') }, { timeoutMs: 50 })).rejects.toThrow(
    'context deadline exceeded',
  );
});

test.each([
  ['at work', never],
  ['unreachable', undefined],
])('the signal ends a call, server %s, with its reason', async (_name, answer) => {
  let isCalled = () => {};
  const called = new Promise<void>((resolve) => {
    isCalled = resolve;
  });
  const server = answer
    ? await serve({
        'KV/Put': unary(() => {
          isCalled();
          return answer();
        }),
      })
    : await proxied(await closedPort());
  const client = await open([server.endpoint], { callTimeoutMs: null });
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = client.kv.put({ key: bytes('k') }, { signal: controller.signal });
  if (answer) await called;
  controller.abort(reason);
  expect(await rejection(call)).toBe(reason);
});

test('an aborted signal sends nothing', async () => {
  const server = await serve({});
  const client = await open([server.endpoint]);
  await expect(
    client.kv.put({ key: bytes('k') }, { signal: AbortSignal.abort(new Error('no')) }),
  ).rejects.toThrow('no');
  expect(server.accepted).toBe(0);
});

test('closing ends the open calls', async () => {
  const server = await serve({ 'KV/Range': unary(never) });
  const client = await open([server.endpoint], { callTimeoutMs: null });
  const call = rejection(client.kv.range({ key: bytes('k') }));
  await vi.waitFor(() => expect(server.openConnections).toBe(1), BUSY);
  client.close();
  expect((await call).code).toBe('Canceled');
});

test.each([
  [
    'stall',
    'connected, but the server does not start HTTP/2: it may be stopped, overloaded, or expect TLS (https://)',
  ],
  [
    'cut',
    'the server closes each connection at once, with TLS and without: it may be a proxy without a server behind it, or another program (EOF)',
  ],
] as const)(
  'a call waits for a server that does %s until the deadline, whose error says why',
  async (mode, why) => {
    const server = await serve({});
    server.mode = mode;
    const client = await open([server.endpoint], { callTimeoutMs: 300 });
    await expect(client.kv.range({ key: bytes('k') })).rejects.toMatchObject({
      message: 'context deadline exceeded',
      reasons: [`${server.endpoint}: ${why}`],
    });
  },
);

test('the error names each endpoint that cannot be reached', async () => {
  const refused = `127.0.0.1:${await closedPort()}`;
  const client = await open([refused, '127.0.0.1', 'unix:/nowhere/etcd.sock'], { callTimeoutMs: 300 });
  await expect(client.kv.put({ key: bytes('k') })).rejects.toMatchObject({
    code: 'DeadlineExceeded',
    isUnsent: true,
    reasons: [
      `${refused}: connection refused`,
      '127.0.0.1: the port is missing: write 127.0.0.1:2379',
      'unix:/nowhere/etcd.sock: no such socket (no such file or directory)',
    ],
  });
});

test.each(['http', 'https'] as const)('closing stops attempts to connect: %s', async (scheme) => {
  const server = await serve({});
  server.mode = 'stall';
  const client = await open([`${scheme}://${server.endpoint}`], { callTimeoutMs: null });
  const call = rejection(client.kv.range({ key: bytes('k') }));
  await vi.waitFor(() => expect(server.openConnections).toBe(1), BUSY);
  client.close();
  expect((await call).code).toBe('Canceled');
  await vi.waitFor(() => expect(server.openConnections).toBe(0), BUSY);
});

test('a client that is closed while it resolves its endpoint does not connect', async () => {
  const server = await serve({ 'KV/Range': unary(() => value('v')) });
  const closed = await open([server.endpoint], { callTimeoutMs: null });
  const call = rejection(closed.kv.range({ key: bytes('k') }));
  closed.close();
  expect((await call).code).toBe('Canceled');
  // When another client has its response, the first one would have connected too.
  const other = await open([server.endpoint]);
  await other.kv.range({ key: bytes('k') });
  expect(server.accepted).toBe(1);
});
