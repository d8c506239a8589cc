/** HTTP/2 servers that send invalid gRPC responses. */
import { once } from 'node:events';
import { constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openChannel } from '#channel';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { openChannel as openFrameChannel } from '../../../../src/transport/grpc/frames/channel.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';
import { STREAM_RESETS } from '../../../support/http2/stream-proxy.js';

let server: Http2Server | undefined;
let client: Client | undefined;

afterEach(async () => {
  client?.close();
  server?.close();
  if (server?.listening) await once(server, 'close');
});

async function serve(onStream: (stream: ServerHttp2Stream) => void): Promise<Client> {
  const handle = (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    onStream(stream);
  };
  server = createServer().on('stream', handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = await connect(connectionOptions([`127.0.0.1:${port}`]));
  return client;
}

const range = ({ kv }: Client) => kv.range({ key: bytes('k') });
const OF_GRPC = { ':status': 200, 'content-type': 'application/grpc' };

function answer(stream: ServerHttp2Stream, body: Buffer): void {
  stream.respond(OF_GRPC, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(body);
}

test('a response message that cannot be decoded fails the call', async () => {
  const client = await serve((stream) => answer(stream, Buffer.from('00000000020aff', 'hex')));
  await expect(range(client)).rejects.toMatchObject({
    name: 'ServerError',
    code: 'Internal',
    message: expect.stringMatching(/desc = grpc: failed to unmarshal the received message: /),
  });
});

/** grpc-js reports neither an incomplete message at the end of a stream, nor the body of a response that is not gRPC. */
const isGrpcJs = openChannel !== openFrameChannel;

test.skipIf(isGrpcJs)('a stream that ends within a message fails', async () => {
  const client = await serve((stream) => answer(stream, Buffer.from('00000000020a', 'hex')));
  const responses = client.kv.rangeStream({ key: bytes('k') });
  await expect(responses[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    message: 'rpc error: code = Internal desc = unexpected EOF',
  });
});

test('a non-gRPC response fails the call, even with HTTP status 200', async () => {
  const client = await serve((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/html' });
    stream.end('<html>');
  });
  await expect(range(client)).rejects.toMatchObject({
    message:
      'rpc error: code = Unknown desc = unexpected HTTP status code received from server: 200 (OK); ' +
      `transport: received unexpected content-type "text/html"${isGrpcJs ? '' : '\ndata: "<html>"'}`,
  });
});

test('a write that the server refuses unread is made once more', async () => {
  let calls = 0;
  const { kv } = await serve((stream) => {
    calls++;
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  });
  await expect(kv.put({ key: bytes('k') })).rejects.toMatchObject({
    message:
      'rpc error: code = Unavailable desc = stream terminated by RST_STREAM with error code: REFUSED_STREAM',
    reasons: [],
  });
  expect(calls).toBe(2);
});

test.each(['NO_ERROR', 'ENHANCE_YOUR_CALM'] as const)(
  'a call waits for its deadline while the server ends each connection with %s',
  async (name) => {
    let calls = 0;
    const { kv } = await serve(() => {
      calls++;
    });
    server?.on('session', (session) => {
      session.on('error', () => undefined);
      session.goaway(constants[`NGHTTP2_${name}`]);
    });
    expect(await rejection(kv.range({ key: bytes('k') }, { timeoutMs: 500 }))).toMatchObject({
      message: 'context deadline exceeded',
      code: 'DeadlineExceeded',
    });
    expect(calls).toBe(0);
  },
);

test('a call that GOAWAY and the end of the connection interrupt has lost its connection', async () => {
  let connection: Socket | undefined;
  const { kv } = await serve((stream) => {
    stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, stream.id);
    setImmediate(() => connection?.end());
  });
  server?.on('connection', (socket) => {
    connection = socket;
  });
  await expect(kv.put({ key: bytes('k') })).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringMatching(
      /desc = closing transport due to: connection error: desc = "error reading from server: .*", received prior goaway: code: ENHANCE_YOUR_CALM$/,
    ),
    reasons: [expect.stringContaining('the request may have been applied')],
    isInterruption: true,
  });
});

test('a stream that the server resets at the deadline has exceeded the deadline', async () => {
  const { kv } = await serve((stream) => {
    setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), 480);
  });
  await expect(kv.put({ key: bytes('k') }, { timeoutMs: 500 })).rejects.toMatchObject({
    message: 'context deadline exceeded',
    code: 'DeadlineExceeded',
  });
});

/** What a watch and a keep-alive get when somebody resets their stream. */
test.each(STREAM_RESETS)('a stream that is reset with %s can be resumed', async (name) => {
  const { watch } = await serve((stream) => {
    stream.respond(OF_GRPC);
    setImmediate(() => stream.close(constants[`NGHTTP2_${name}`]));
  });
  const requests = (async function* () {
    yield { requestUnion: { $case: 'progressRequest' as const, value: {} } };
    await new Promise(() => {});
  })();
  const error = await rejection(watch.watch(requests)[Symbol.asyncIterator]().next());
  expect(error).toMatchObject({ name: 'ServerError', isInterruption: true });
});

test('a stream that ends with trailers without a status can be resumed', async () => {
  const { watch } = await serve((stream) => {
    stream.respond(OF_GRPC, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-proxy': 'idle' }));
    stream.end();
  });
  const requests = (async function* () {
    await new Promise(() => {});
  })();
  const error = await rejection(watch.watch(requests)[Symbol.asyncIterator]().next());
  expect(error).toMatchObject({
    message: 'rpc error: code = Unknown desc = ',
    name: 'ServerError',
    isInterruption: true,
  });
});

test('a stream that ends without trailers can be resumed', async () => {
  const { watch } = await serve((stream) => {
    stream.respond(OF_GRPC);
    stream.end();
  });
  const requests = (async function* () {
    await new Promise(() => {});
  })();
  const error = await rejection(watch.watch(requests)[Symbol.asyncIterator]().next());
  expect(error).toMatchObject({ name: 'ServerError', isInterruption: true });
});

test('a page to a watch, whose stream is then reset, does not end the watch', async () => {
  const { watch } = await serve((stream) => {
    stream.respond({ ':status': 503, 'content-type': 'text/html' });
    stream.end('<html>', () => stream.close(constants.NGHTTP2_CANCEL));
  });
  const requests = (async function* () {
    yield { requestUnion: { $case: 'progressRequest' as const, value: {} } };
    await new Promise(() => {});
  })();
  const error = await rejection(watch.watch(requests)[Symbol.asyncIterator]().next());
  // grpc-js reports the reset only.
  expect(error.message).toMatch(/ 503 \(Service Unavailable\)|RST_STREAM with error code: CANCEL/);
  expect(error.code).toBe(isGrpcJs ? 'Canceled' : 'Unavailable');
});
