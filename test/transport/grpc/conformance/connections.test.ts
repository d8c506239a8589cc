/** When a connection is given up, what becomes of its calls, and when the next one is opened. */
import { once } from 'node:events';
import { constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { Flag, PREFACE } from '../../../../src/transport/http2/frame.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';
import { AnsweringServer, answers } from '../../../support/http2/answering-server.js';
import { data, goAway, headers } from '../../../support/http2/scripted-peer.js';
import { lengthPrefixed } from '../../../support/http2/windowed-server.js';

const KEY = { key: bytes('k') };

let http2Server: Http2Server | undefined;
let tcpServer: Server | undefined;
const sockets = new Set<Socket>();
let answering: AnsweringServer | undefined;
let client: Client | undefined;
let sessions = 0;

afterEach(async () => {
  client?.close();
  await answering?.close();
  answering = undefined;
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of [http2Server, tcpServer]) {
    server?.close();
    if (server?.listening) await once(server, 'close');
  }
  http2Server = undefined;
  tcpServer = undefined;
});

async function serve(onStream: (stream: ServerHttp2Stream) => void): Promise<Client> {
  sessions = 0;
  http2Server = createServer()
    .on('session', () => sessions++)
    .on('stream', (stream) => {
      stream.on('error', () => undefined);
      onStream(stream);
    })
    .listen(0, '127.0.0.1');
  await once(http2Server, 'listening');
  const { port } = http2Server.address() as AddressInfo;
  client = await connect(connectionOptions([`127.0.0.1:${port}`]));
  return client;
}

function answer(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(lengthPrefixed(Buffer.alloc(0)));
}

describe('GOAWAY', () => {
  test('lets the calls up to the last stream ID complete; the next call has a new connection', async () => {
    const { kv } = await serve((stream) => {
      if (sessions === 1) stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
      setTimeout(() => answer(stream), 50);
    });
    await kv.put(KEY);
    expect(sessions).toBe(1);
    await kv.put(KEY);
    expect(sessions).toBe(2);
  });

  test.each([
    ['', 0],
    [', while its request waits for the window', 2 ** 20],
  ])('makes a write above the last stream ID again on a new connection%s', async (_when, bytes) => {
    let calls = 0;
    const ok = (id: number) =>
      Buffer.concat([
        headers(id, { ':status': '200', 'content-type': 'application/grpc' }),
        data(id, lengthPrefixed(Buffer.alloc(0))),
        headers(id, { 'grpc-status': '0' }, Flag.endHeaders | Flag.endStream),
        // It does not want the rest of the request.
        answers.reset(constants.NGHTTP2_NO_ERROR)(id),
      ]);
    answering = await AnsweringServer.start([(id) => (calls++ === 0 ? goAway(0) : ok(id))]);
    client = await connect(connectionOptions([answering.endpoint]));
    await client.kv.put({ ...KEY, value: Buffer.alloc(bytes) });
    expect(calls).toBe(2);
  });
});

/** The type of a TLS record with a ClientHello. */
const HANDSHAKE = 22;

/** A server that is no server: it only accepts. */
async function accept(onSocket: (socket: Socket) => void): Promise<string> {
  tcpServer = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(tcpServer, 'listening');
  return `127.0.0.1:${(tcpServer.address() as AddressInfo).port}`;
}

/** The SETTINGS of a client have values; those of `probePort` have none. */
function isClient(start: Buffer): boolean {
  return start.toString('latin1', 0, PREFACE.length) === PREFACE && start.readUIntBE(PREFACE.length, 3) > 0;
}

test('attempts to connect that fail are made again after a second, not sooner', async () => {
  const times: number[] = [];
  const endpoint = await accept((socket) =>
    socket.once('data', (start: Buffer) => {
      if (isClient(start)) times.push(performance.now());
      socket.destroy();
    }),
  );
  client = await connect(connectionOptions([endpoint], { callTimeoutMs: 2500 }));
  await rejection(client.kv.put(KEY));
  expect(times.length).toBeGreaterThanOrEqual(2);
  expect(times.length).toBeLessThanOrEqual(3);
  for (const [index, time] of times.slice(1).entries()) {
    // A second, less its jitter of a fifth.
    expect(time - (times[index] ?? 0)).toBeGreaterThan(750);
  }
});

describe('an attempt to connect', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  async function waitForLimit(url: (endpoint: string) => string): Promise<() => number> {
    let attempts = 0;
    let closed = 0;
    const endpoint = await accept((socket) => {
      socket.once('data', (start: Buffer) => {
        if (isClient(start) || start[0] === HANDSHAKE) attempts++;
      });
      socket.once('close', () => closed++);
    });
    client = await connect(connectionOptions([url(endpoint)], { callTimeoutMs: null }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'performance'] });
    client.kv.put(KEY).catch(() => undefined);
    await vi.waitFor(() => expect(attempts).toBe(1));
    await vi.advanceTimersByTimeAsync(19_000);
    expect(closed).toBe(0);
    await vi.advanceTimersByTimeAsync(1_500);
    await vi.waitFor(() => expect(closed).toBeGreaterThan(0));
    return () => attempts;
  }

  test('that gets no SETTINGS is given up after 20 s, and another is made', async () => {
    const attempts = await waitForLimit((endpoint) => `http://${endpoint}`);
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(500);
      expect(attempts()).toBe(2);
    });
  });

  test('whose TLS handshake is not answered is given up after 20 s', async () => {
    await waitForLimit((endpoint) => `https://${endpoint}`);
  });
});
