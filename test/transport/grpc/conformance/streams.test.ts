import { status as code, type ServerDuplexStream, type ServerWritableStream } from '@grpc/grpc-js';
import { afterEach, expect, test, vi } from 'vitest';
import { openChannel } from '#channel';
import { Caller } from '../../../../src/transport/grpc/caller.js';
import { parseEndpoint } from '../../../../src/transport/grpc/endpoint.js';
import { KV_POLICIES, LEASE_POLICIES, MAINTENANCE_POLICIES } from '../../../../src/transport/grpc/retry.js';
import { toRpc } from '../../../../src/transport/grpc/rpc.js';
import { loadAuthenticate } from '../../../../src/transport/grpc/services.js';
import { KvDefinition, LeaseDefinition, MaintenanceDefinition } from '../../../../src/wire/etcdserver.js';
import { FakeEtcd, type Handlers, status } from '../../../support/grpc/fake-etcd.js';
import { FaultProxy } from '../../../support/grpc/fault-proxy.js';
import { BUSY, bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

const snapshot = async () =>
  toRpc(MaintenanceDefinition, MaintenanceDefinition.methods.snapshot, MAINTENANCE_POLICIES.snapshot);
const rangeStream = async () =>
  toRpc(KvDefinition, KvDefinition.methods.rangeStream, KV_POLICIES.rangeStream);
const keepAlive = async () =>
  toRpc(LeaseDefinition, LeaseDefinition.methods.leaseKeepAlive, LEASE_POLICIES.leaseKeepAlive);

type Outgoing = ServerWritableStream<unknown, { blob: Uint8Array }>;
type Both = ServerDuplexStream<{ id: bigint }, { id: bigint }>;

let server: FakeEtcd | undefined;
let proxy: FaultProxy | undefined;
let caller: Caller | undefined;

const unanswered = vi.fn();

async function serve(handlers: Handlers): Promise<Caller> {
  server = await FakeEtcd.start(handlers);
  proxy = await FaultProxy.start(server.port);
  const endpoint = parseEndpoint(proxy.endpoint);
  caller = new Caller({
    channels: [openChannel(endpoint, { kind: 'plaintext' }, connectionOptions([]))],
    reportFailures: undefined,
    reportWaiting: undefined,
    reportUnanswered: unanswered,
    credentials: undefined,
    loadLogin: loadAuthenticate,
    callTimeoutMs: null,
    maxRequestBytes: 0,
  });
  return caller;
}

afterEach(async () => {
  caller?.close();
  await vi.waitFor(() => expect(proxy?.openConnections).toBe(0), BUSY);
  await proxy?.close();
  server?.stop();
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const part = (text: string) => ({ blob: bytes(text) });
const texts = (parts: readonly { blob: Uint8Array }[]) =>
  parts.map(({ blob }) => Buffer.from(blob).toString());

/** A stream of requests to which a test adds one by one. */
function hand<Item>(): {
  items: AsyncIterable<Item>;
  give(item: Item): void;
  end(): void;
  isClosed: () => boolean;
} {
  const waiting: Item[] = [];
  let wake = () => {};
  let isOver = false;
  let closed = false;
  async function* items() {
    try {
      while (true) {
        while (waiting.length > 0) yield waiting.shift() as Item;
        if (isOver) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      closed = true;
    }
  }
  return {
    items: items(),
    give(item) {
      waiting.push(item);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    isClosed: () => closed,
  };
}

test('all parts of a stream arrive in order', async () => {
  const to = await serve({
    'Maintenance/Snapshot': (call: Outgoing) => {
      for (let index = 0; index < 100; index++) call.write(part(String(index)));
      call.end();
    },
  });
  expect(texts(await collect(to.serverStream(snapshot, {})))).toEqual(
    Array.from({ length: 100 }, (_, index) => String(index)),
  );
});

test('the parts before an error arrive, then the error', async () => {
  const to = await serve({
    'Maintenance/Snapshot': (call: Outgoing) => {
      call.write(part('one'));
      call.write(part('two'));
      call.emit('error', status(code.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted'));
    },
  });
  const seen: string[] = [];
  const error = await rejection(
    (async () => {
      for await (const { blob } of to.serverStream(snapshot, {})) seen.push(Buffer.from(blob).toString());
    })(),
  );
  expect(seen).toEqual(['one', 'two']);
  expect(error).toMatchObject({ name: 'ServerError', code: 'OutOfRange' });
});

test('a consumer that stops early cancels the call', async () => {
  let isCancelled = false;
  const to = await serve({
    'Maintenance/Snapshot': (call: Outgoing) => {
      call.on('cancelled', () => {
        isCancelled = true;
      });
      call.write(part('one'));
      call.write(part('two'));
    },
  });
  for await (const { blob } of to.serverStream(snapshot, {})) {
    expect(Buffer.from(blob).toString()).toBe('one');
    break;
  }
  await vi.waitFor(() => expect(isCancelled).toBe(true));
});

test('a slow consumer makes the server wait', async () => {
  const block = Buffer.alloc(2 ** 20);
  let sent = 0;
  const to = await serve({
    'Maintenance/Snapshot': async (call: Outgoing) => {
      while (sent < 250 && !call.cancelled) {
        sent++;
        if (!call.write({ blob: block })) await new Promise((resolve) => call.once('drain', resolve));
      }
      call.end();
    },
  });
  const parts = to.serverStream(snapshot, {});
  await parts.next();
  // Until the server stops sending: the window and the buffers of sockets and streams are full.
  let before = -1;
  await vi.waitFor(
    () => {
      const isStill = sent === before;
      before = sent;
      expect(isStill).toBe(true);
    },
    { timeout: 10_000, interval: 300 },
  );
  expect(sent).toBeLessThan(200);
  expect((await collect(parts)).length).toBe(249);
}, 60_000);

test('an idempotent stream that fails before its first part is retried', async () => {
  let calls = 0;
  const to = await serve({
    'Maintenance/Snapshot': (call: Outgoing) => {
      calls++;
      if (calls === 1) {
        call.emit('error', status(code.UNAVAILABLE, 'etcdserver: no leader'));
      } else {
        call.write(part('whole'));
        call.end();
      }
    },
  });
  expect(texts(await collect(to.serverStream(snapshot, {})))).toEqual(['whole']);
  expect(calls).toBe(2);
});

test('a stream that fails later is not retried', async () => {
  let calls = 0;
  const to = await serve({
    'Maintenance/Snapshot': (call: Outgoing) => {
      calls++;
      call.write(part('one'));
    },
  });
  const parts = to.serverStream(snapshot, {});
  await parts.next();
  proxy?.cutAll();
  const error = await rejection(parts.next());
  expect(error.message).toBe(
    'rpc error: code = Unavailable desc = error reading from server: connection reset by peer',
  );
  expect(calls).toBe(1);
});

test('a streamed range is not retried', async () => {
  let calls = 0;
  const to = await serve({
    'KV/RangeStream': (call: Outgoing) => {
      calls++;
      call.emit('error', status(code.UNAVAILABLE, 'etcdserver: no leader'));
    },
  });
  expect((await rejection(collect(to.serverStream(rangeStream, { key: bytes('k') })))).code).toBe(
    'Unavailable',
  );
  expect(calls).toBe(1);
});

test('the signal ends a stream with its reason', async () => {
  const to = await serve({ 'Maintenance/Snapshot': (call: Outgoing) => void call.write(part('one')) });
  const controller = new AbortController();
  const reason = new Error('enough');
  const parts = to.serverStream(snapshot, {}, { signal: controller.signal });
  await parts.next();
  const next = rejection(parts.next());
  controller.abort(reason);
  expect(await next).toBe(reason);
});

test('the deadline ends a stream', async () => {
  const to = await serve({ 'Maintenance/Snapshot': (call: Outgoing) => void call.write(part('one')) });
  await expect(collect(to.serverStream(snapshot, {}, { timeoutMs: 100 }))).rejects.toMatchObject({
    message: 'context deadline exceeded',
    code: 'DeadlineExceeded',
  });
});

const echo: Handlers = {
  'Lease/LeaseKeepAlive': (call: Both) => {
    call.on('data', ({ id }: { id: bigint }) => call.write({ id }));
    call.on('end', () => call.end());
  },
};

test('requests and responses are streamed until the requests end', async () => {
  const to = await serve(echo);
  const requests = hand<{ id: bigint }>();
  const responses = to.bidi(keepAlive, requests.items, { requiresLeader: true });
  for (const id of [1n, 2n, 3n]) {
    requests.give({ id });
    expect((await responses.next()).value).toMatchObject({ id });
  }
  requests.end();
  expect((await responses.next()).done).toBe(true);
});

test('a stream that is aborted after a response does not say what it was waiting for', async () => {
  const to = await serve({
    ...echo,
    'Maintenance/Snapshot': (call: Outgoing) => void call.write(part('one')),
  });
  const signal = AbortSignal.timeout(400);
  const requests = hand<{ id: bigint }>();
  const streams = [to.serverStream(snapshot, {}, { signal }), to.bidi(keepAlive, requests.items, { signal })];
  requests.give({ id: 1n });
  await Promise.all(streams.map((stream) => stream.next()));
  for (const stream of streams) expect(await rejection(stream.next())).toBe(signal.reason);
  expect(unanswered).not.toHaveBeenCalled();
});

test('requests wait for a slow server', async () => {
  const to = await serve(echo);
  async function* requests() {
    for (let id = 1n; id <= 2000n; id++) yield { id };
  }
  const responses = await collect(to.bidi(keepAlive, requests()));
  expect(responses.map(({ id }) => id)).toEqual(
    Array.from({ length: 2000 }, (_, index) => BigInt(index + 1)),
  );
});

test('a call that requires a leader sends hasleader', async () => {
  let seen: unknown;
  const to = await serve({
    'Lease/LeaseKeepAlive': (call: Both) => {
      seen = call.metadata.getMap();
      call.end();
    },
  });
  await collect(to.bidi(keepAlive, hand<{ id: bigint }>().items, { requiresLeader: true }));
  expect(seen).toMatchObject({ hasleader: 'true', 'client-api-version': '3.7' });
});

test('a consumer of responses that stops early cancels the call and closes the requests', async () => {
  let isCancelled = false;
  const to = await serve({
    'Lease/LeaseKeepAlive': (call: Both) => {
      call.on('cancelled', () => {
        isCancelled = true;
      });
      call.on('data', ({ id }: { id: bigint }) => call.write({ id }));
    },
  });
  const requests = hand<{ id: bigint }>();
  requests.give({ id: 1n });
  for await (const _response of to.bidi(keepAlive, requests.items)) break;
  await vi.waitFor(() => expect(isCancelled).toBe(true));
  requests.give({ id: 2n });
  await vi.waitFor(() => expect(requests.isClosed()).toBe(true));
});

test('an error of the requests ends the call with that error', async () => {
  const to = await serve(echo);
  const reason = new Error('no more');
  async function* requests() {
    yield { id: 1n };
    throw reason;
  }
  expect(await rejection(collect(to.bidi(keepAlive, requests())))).toBe(reason);
});

test('an error of the server ends the responses with that error', async () => {
  const to = await serve({
    'Lease/LeaseKeepAlive': (call: Both) =>
      void call.emit('error', status(code.UNAVAILABLE, 'etcdserver: no leader')),
  });
  await expect(collect(to.bidi(keepAlive, hand<{ id: bigint }>().items))).rejects.toMatchObject({
    code: 'Unavailable',
    message: 'etcdserver: no leader',
  });
});
