/** HTTP/2 servers that send invalid gRPC responses. */
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Client } from '../../../src/model/services.js';
import { Caller } from '../../../src/transport/grpc/caller.js';
import { connect } from '../../../src/transport/grpc/connect.js';
import { AUTH_POLICIES, WATCH_POLICIES } from '../../../src/transport/grpc/retry.js';
import { toRpc } from '../../../src/transport/grpc/rpc.js';
import { AuthDefinition, WatchDefinition } from '../../../src/wire/etcdserver.js';
import { bytes, connectionOptions } from '../../support/grpc/options.js';

let server: Http2Server | undefined;
let client: Client | undefined;

afterEach(async () => {
  client?.close();
  server?.close();
  if (server?.listening) await once(server, 'close');
});

async function serve(onStream: (stream: ServerHttp2Stream) => void): Promise<Client> {
  server = createServer().on('stream', onStream).listen(0, '127.0.0.1');
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

test('a stream that ends within a message fails', async () => {
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
      'transport: received unexpected content-type "text/html"\ndata: "<html>"',
  });
});

test('a client can be closed after its bidirectional channels failed to open', async () => {
  const problem = new Error('no channels');
  const caller = new Caller({
    channels: [],
    openBidiChannels: () => Promise.reject(problem),
    credentials: undefined,
    login: toRpc(AuthDefinition, AuthDefinition.methods.authenticate, AUTH_POLICIES.authenticate),
    callTimeoutMs: null,
    maxRequestBytes: 0,
  });
  const rpc = toRpc(WatchDefinition, WatchDefinition.methods.watch, WATCH_POLICIES.watch);
  const responses = caller.bidi(rpc, (async function* () {})());
  await expect(responses.next()).rejects.toBe(problem);
  // An unhandled rejection would fail this test.
  caller.close();
  await new Promise((resolve) => setImmediate(resolve));
});
