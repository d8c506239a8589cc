import { status as code } from '@grpc/grpc-js';
import { afterEach, expect, test, vi } from 'vitest';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
// Loaded before the first test: on a busy machine that takes longer than the delay after which the next endpoint is dialed.
import '../../../../src/transport/socket/node-socket.js';
import { FakeEtcd, status, unary } from '../../../support/grpc/fake-etcd.js';
import { closedPort, FaultProxy } from '../../../support/grpc/fault-proxy.js';
import { BUSY, bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

/** A member that counts its calls and responds with the result of `behave`. */
interface Member {
  readonly endpoint: string;
  readonly proxy: FaultProxy;
  readonly calls: string[];
  behave: (call: string) => unknown;
}

const cleanUps: (() => Promise<void> | void)[] = [];
let client: Client | undefined;

async function member(): Promise<Member> {
  const calls: string[] = [];
  const handle = (name: string) =>
    unary(() => {
      calls.push(name);
      return result.behave(name);
    });
  const server = await FakeEtcd.start({ 'KV/Range': handle('range'), 'KV/Put': handle('put') });
  const proxy = await FaultProxy.start(server.port);
  const result: Member = { endpoint: proxy.endpoint, proxy, calls, behave: () => ({}) };
  cleanUps.push(async () => {
    await vi.waitFor(() => expect(proxy.openConnections).toBe(0), BUSY);
    await proxy.close();
    server.stop();
  });
  return result;
}

async function open(
  endpoints: string[],
  changes: Parameters<typeof connectionOptions>[1] = {},
): Promise<Client> {
  client = await connect(connectionOptions(endpoints, changes));
  return client;
}

afterEach(async () => {
  client?.close();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const get = (to: Client) => to.kv.range({ key: bytes('k') });
const put = (to: Client) => to.kv.put({ key: bytes('k') });
const unavailable = () => {
  throw status(code.UNAVAILABLE, 'etcdserver: no leader');
};

test('the first endpoint in the order given is used, and stays in use', async () => {
  const [a, b] = [await member(), await member()];
  const to = await open([a.endpoint, b.endpoint]);
  await get(to);
  await put(to);
  expect([a.calls, b.calls]).toEqual([['range', 'put'], []]);
  expect(b.proxy.accepted).toBe(0);
});

test.each(['refuses', 'cut', 'stall'] as const)(
  'an endpoint that does %s is skipped, also by writes',
  async (how) => {
    const [a, b] = [await member(), await member()];
    if (how !== 'refuses') a.proxy.mode = how;
    const first = how === 'refuses' ? `127.0.0.1:${await closedPort()}` : a.endpoint;
    const to = await open([first, '127.0.0.1', b.endpoint]);
    await put(to);
    expect([a.calls, b.calls]).toEqual([[], ['put']]);
  },
);

test('a call waits for an endpoint that starts later', async () => {
  const a = await member();
  a.proxy.mode = 'cut';
  const call = put(await open([a.endpoint]));
  await vi.waitFor(() => expect(a.proxy.accepted).toBeGreaterThan(0));
  a.proxy.mode = 'pass';
  await call;
  expect(a.calls).toEqual(['put']);
});

test('a read is retried on the next endpoint when the server is unavailable', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = unavailable;
  const to = await open([a.endpoint, b.endpoint]);
  await get(to);
  expect([a.calls, b.calls]).toEqual([['range'], ['range']]);
});

test('a read is retried on the only endpoint', async () => {
  const a = await member();
  a.behave = () => (a.calls.length < 3 ? unavailable() : {});
  await get(await open([a.endpoint]));
  expect(a.calls.length).toBe(3);
});

test('a write is not retried when the server is unavailable', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = unavailable;
  await expect(put(await open([a.endpoint, b.endpoint]))).rejects.toThrow(/^etcdserver: no leader$/);
  expect([a.calls, b.calls]).toEqual([['put'], []]);
});

test('a read is retried when its connection is lost', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = () => {
    a.proxy.cutAll();
    return new Promise(() => {});
  };
  await get(await open([a.endpoint, b.endpoint]));
  expect([a.calls, b.calls]).toEqual([['range'], ['range']]);
});

test('a write fails when its connection is lost, because it may have been applied', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = () => {
    a.proxy.cutAll();
    return new Promise(() => {});
  };
  const error = await rejection(put(await open([a.endpoint, b.endpoint])));
  expect(error.message).toBe(
    'rpc error: code = Unavailable desc = error reading from server: connection reset by peer',
  );
  expect(error.code).toBe('Unavailable');
  expect(error.reasons).toEqual([
    `${a.endpoint}: the connection was lost before the response arrived; the request may have been applied`,
  ]);
  expect([a.calls, b.calls]).toEqual([['put'], []]);
});

test('a connection that is lost between calls is reopened', async () => {
  const a = await member();
  const to = await open([a.endpoint]);
  await put(to);
  a.proxy.cutAll();
  await get(to);
  expect(a.calls).toEqual(['put', 'range']);
  expect(a.proxy.accepted).toBe(2);
});

test('a call that a learner rejects is retried on a voting member', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = () => {
    throw status(code.FAILED_PRECONDITION, 'etcdserver: rpc not supported for learner');
  };
  await put(await open([a.endpoint, b.endpoint]));
  expect([a.calls, b.calls]).toEqual([['put'], ['put']]);
});

test('the deadline error contains the last error of the retries', async () => {
  const a = await member();
  a.behave = unavailable;
  const error = await rejection(get(await open([a.endpoint], { callTimeoutMs: 300 })));
  expect(error.message).toBe('context deadline exceeded');
  expect(error.reasons).toEqual([`${a.endpoint}: etcdserver: no leader`]);
});

const silent = () => new Promise<never>(() => {});

test('a read is also made elsewhere when a connected server does not answer for a second', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = silent;
  const to = await open([a.endpoint, b.endpoint]);
  await get(to);
  expect([a.calls, b.calls]).toEqual([['range'], ['range']]);
  await get(to);
  expect([a.calls, b.calls]).toEqual([['range'], ['range', 'range']]);
});

test('a read passes over several servers that do not answer', async () => {
  const [a, b, c] = [await member(), await member(), await member()];
  a.behave = silent;
  b.behave = silent;
  await get(await open([a.endpoint, b.endpoint, c.endpoint]));
  expect([a.calls, b.calls, c.calls]).toEqual([['range'], ['range'], ['range']]);
});

test('the first response is used, also when it is that of the first server', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = () => new Promise((resolve) => setTimeout(() => resolve({}), 1300));
  b.behave = silent;
  await get(await open([a.endpoint, b.endpoint]));
  expect([a.calls, b.calls]).toEqual([['range'], ['range']]);
});

test('a write waits for the server that has it', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = silent;
  const error = await rejection(put(await open([a.endpoint, b.endpoint], { callTimeoutMs: 1500 })));
  expect(error).toMatchObject({ message: 'context deadline exceeded', isUnsent: false });
  expect(error.reasons).toEqual([`${a.endpoint}: connected, but the server did not answer in time`]);
  expect([a.calls, b.calls]).toEqual([['put'], []]);
});

test('a write that may be repeated is made elsewhere too', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = silent;
  const to = await open([a.endpoint, b.endpoint]);
  await to.kv.put({ key: bytes('k') }, { isRepeatable: true });
  expect([a.calls, b.calls]).toEqual([['put'], ['put']]);
});

test('failures to connect are reported while the call waits', async () => {
  const refusing = `127.0.0.1:${await closedPort()}`;
  const reports: (readonly string[])[] = [];
  const to = await open([refusing, 'nowhere:'], { reportFailures: (reasons) => reports.push(reasons) });
  const call = rejection(put(to));
  const expected = [[`${refusing}: connection refused`, 'nowhere:: the port is missing: write nowhere:2379']];
  await vi.waitFor(() => expect(reports).toEqual(expected), { timeout: 1000 });
  to.close();
  await call;
  expect(reports).toHaveLength(1);
});

test('nothing is reported when an endpoint can be used', async () => {
  const refusing = `127.0.0.1:${await closedPort()}`;
  const a = await member();
  const reports: (readonly string[])[] = [];
  const to = await open([refusing, a.endpoint], { reportFailures: (reasons) => reports.push(reasons) });
  await put(to);
  a.proxy.cutAll();
  await get(to);
  expect(reports).toEqual([]);
});

test('an endpoint that fails is reported after a second in which no other could be used', async () => {
  const refusing = `127.0.0.1:${await closedPort()}`;
  const a = await member();
  a.proxy.mode = 'stall';
  const reports: (readonly string[])[] = [];
  const to = await open([refusing, a.endpoint], { reportFailures: (reasons) => reports.push(reasons) });
  const call = rejection(put(to));
  await vi.waitFor(() => expect(reports).toEqual([[`${refusing}: connection refused`]]), { timeout: 3000 });
  to.close();
  await call;
});

test('an endpoint is not asked what it is when another one can be used', async () => {
  const [a, b] = [await member(), await member()];
  a.proxy.mode = 'cut';
  await put(await open([a.endpoint, b.endpoint]));
  expect(a.proxy.accepted).toBe(1);
});

test('a call that is aborted without a response says what it was waiting for', async () => {
  const [a, b] = [await member(), await member()];
  a.behave = silent;
  b.proxy.mode = 'stall';
  const reports: (readonly string[])[] = [];
  const reportUnanswered = async (explain: () => Promise<readonly string[]>) => {
    reports.push(await explain());
  };
  for (const { endpoint } of [a, b]) {
    const signal = AbortSignal.timeout(400);
    const { kv } = await open([endpoint], { reportUnanswered });
    expect(await rejection(kv.put({ key: bytes('k') }, { signal }))).toBe(signal.reason);
    client?.close();
  }
  expect(reports).toEqual([
    [`${a.endpoint}: connected, but the server has not answered yet`],
    [
      `${b.endpoint}: connected, but the server does not start HTTP/2: it may be stopped, overloaded, or expect TLS (https://)`,
    ],
  ]);
});

test('a call that is aborted at once, and one that has expired, say nothing of that', async () => {
  const a = await member();
  a.behave = silent;
  const reports: unknown[] = [];
  const reportUnanswered = async () => void reports.push('report');
  const { kv } = await open([a.endpoint], { reportUnanswered });
  await rejection(kv.put({ key: bytes('k') }, { signal: AbortSignal.timeout(50) }));
  await rejection(kv.put({ key: bytes('k') }, { timeoutMs: 400 }));
  expect(reports).toEqual([]);
});
