/** Flow control in both directions (RFC 9113, 5.2): neither side may send more than the other's window. */
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';
import { lengthPrefixed, WindowedServer } from '../../../support/http2/windowed-server.js';

const MIB = 2 ** 20;
const KEY = { key: bytes('k') };
const OF_GRPC = { ':status': 200, 'content-type': 'application/grpc' };

let http2Server: Http2Server | undefined;
let windowed: WindowedServer | undefined;
let client: Client | undefined;

afterEach(async () => {
  client?.close();
  await windowed?.close();
  windowed = undefined;
  if (http2Server === undefined) return;
  http2Server.close();
  await once(http2Server, 'close');
  http2Server = undefined;
});

/** A server whose streams are not read before the test does so: the client's requests have a window of 64 KiB. */
async function unreadServer(onStream: (stream: ServerHttp2Stream) => void): Promise<Client> {
  const handle = (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    onStream(stream);
  };
  http2Server = createServer().on('stream', handle).listen(0, '127.0.0.1');
  await once(http2Server, 'listening');
  client = await connect(connectionOptions([`127.0.0.1:${(http2Server.address() as AddressInfo).port}`]));
  return client;
}

function respond(stream: ServerHttp2Stream): void {
  stream.respond(OF_GRPC, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(lengthPrefixed(Buffer.alloc(0)));
}

test('a request waits for the window, and goes on when it opens', async () => {
  let received = 0;
  const { kv } = await unreadServer((stream) => {
    setTimeout(() => stream.on('data', (part: Buffer) => (received += part.length)), 200);
    stream.on('end', () => respond(stream));
  });
  await kv.put({ ...KEY, value: Buffer.alloc(MIB) });
  expect(received).toBeGreaterThan(MIB);
});

test('the deadline ends a request that waits for the window', async () => {
  const { kv } = await unreadServer(() => undefined);
  const error = await rejection(kv.put({ ...KEY, value: Buffer.alloc(MIB) }, { timeoutMs: 300 }));
  expect(error).toMatchObject({ message: 'context deadline exceeded', code: 'DeadlineExceeded' });
});

/** Both implementations and the sockets have buffers beside the window. */
const MAX_ASKED = 100;

/** Requests of 16 KiB, and how many have been asked for. */
function largeRequests(count: number) {
  const state = { asked: 0 };
  async function* requests() {
    for (; state.asked < count; state.asked++) {
      yield { requestUnion: { $case: 'createRequest' as const, value: { key: Buffer.alloc(16 * 1024) } } };
    }
  }
  return { state, requests: requests() };
}

test('while the window is full, a stream asks for few further requests; all are sent when it opens', async () => {
  let stream: ServerHttp2Stream | undefined;
  const { watch } = await unreadServer((opened) => {
    stream = opened;
  });
  const { state, requests } = largeRequests(500);
  const next = watch.watch(requests)[Symbol.asyncIterator]().next();
  let before = -1;
  await vi.waitFor(
    () => {
      const isStill = state.asked === before && state.asked > 0;
      before = state.asked;
      expect(isStill).toBe(true);
    },
    { timeout: 5000, interval: 100 },
  );
  expect(state.asked).toBeLessThan(MAX_ASKED);
  let received = 0;
  stream?.on('data', (part: Buffer) => (received += part.length));
  stream?.on('end', () => respond(stream as ServerHttp2Stream));
  expect((await next).done).toBe(false);
  expect(received).toBeGreaterThan(500 * 16 * 1024);
});

test('the deadline ends a stream whose requests wait for the window, and no more are asked for', async () => {
  const { watch } = await unreadServer(() => undefined);
  const { state, requests } = largeRequests(500);
  const error = await rejection(watch.watch(requests, { timeoutMs: 300 })[Symbol.asyncIterator]().next());
  expect(error).toMatchObject({ message: 'context deadline exceeded' });
  const { asked } = state;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(state.asked).toBe(asked);
  expect(asked).toBeLessThan(MAX_ASKED);
});

/** The window for responses, and what the client may hold beside it: messages that are complete and not consumed. */
const MAX_UNREAD_BYTES = 8 * MIB;

test('while the consumer is busy, the server may only send a window; the rest follows', async () => {
  const message = lengthPrefixed(Buffer.from([0x1a, 0x80, 0x80, 0x04, ...Buffer.alloc(64 * 1024)]));
  windowed = await WindowedServer.start({ message, messages: 400, ignoresWindow: false });
  client = await connect(connectionOptions([windowed.endpoint], { callTimeoutMs: null }));
  const parts = client.maintenance.snapshot({})[Symbol.asyncIterator]();
  expect((await parts.next()).done).toBe(false);
  await vi.waitFor(() => expect(windowed?.starvedMs).toBeGreaterThan(300), { timeout: 10_000 });
  expect(windowed.sentBytes).toBeGreaterThan(2 * MIB);
  expect(windowed.sentBytes).toBeLessThan(MAX_UNREAD_BYTES);
  let rest = 0;
  while (!(await parts.next()).done) rest++;
  expect(rest).toBe(399);
});

test('while the consumer is busy, large messages are not received far in advance', async () => {
  const blob = Buffer.concat([Buffer.from([0x1a, 0x80, 0x80, 0x80, 0x01]), Buffer.alloc(2 * MIB)]);
  windowed = await WindowedServer.start({
    message: lengthPrefixed(blob),
    messages: 20,
    ignoresWindow: false,
  });
  client = await connect(connectionOptions([windowed.endpoint], { callTimeoutMs: null }));
  const parts = client.maintenance.snapshot({})[Symbol.asyncIterator]();
  expect((await parts.next()).done).toBe(false);
  await vi.waitFor(() => expect(windowed?.starvedMs).toBeGreaterThan(300), { timeout: 10_000 });
  expect(windowed.sentBytes).toBeLessThan(12 * MIB);
  let rest = 0;
  while (!(await parts.next()).done) rest++;
  expect(rest).toBe(19);
});

test('a server that sends more than the window fails the call', async () => {
  const message = lengthPrefixed(Buffer.from([0x1a, 0x80, 0x80, 0x04, ...Buffer.alloc(64 * 1024)]));
  windowed = await WindowedServer.start({ message, messages: 400, ignoresWindow: true });
  client = await connect(connectionOptions([windowed.endpoint], { callTimeoutMs: null }));
  const parts = client.maintenance.snapshot({})[Symbol.asyncIterator]();
  await parts.next();
  await vi.waitFor(() => expect(windowed?.isRefused).toBe(true), { timeout: 10_000 });
  const error = await rejection(
    (async () => {
      while (!(await parts.next()).done);
    })(),
  );
  expect(error).toMatchObject({ name: 'ServerError', isInterruption: true });
  expect(error.message).toMatch(/^rpc error: code = (?:Unavailable|Internal|ResourceExhausted) desc = /);
});
