/** The client against node:http2: both sides must receive what the other sends. */
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream, type Settings } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Http2Connection } from '../../../src/transport/http2/connection.js';
import type { Fields } from '../../../src/transport/http2/hpack/decoder.js';
import { encodeHeaders } from '../../../src/transport/http2/hpack/encoder.js';
import { dial } from '../../../src/transport/socket/dial.js';
import { SeededRandom } from '../../storage/support/random.js';

const WINDOW_BYTES = 2 ** 17;

let server: Http2Server | undefined;
let connection: Http2Connection | undefined;

afterEach(async () => {
  connection?.close(new Error('the test is over'));
  server?.close();
  if (server?.listening) await once(server, 'close');
});

async function open(
  onStream: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void,
  settings: Settings = {},
): Promise<Http2Connection> {
  server = createServer({ settings, maxSessionMemory: 100 });
  server.on('stream', (stream, headers) => onStream(stream, headers));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = { host: '127.0.0.1', port };
  const security = { kind: 'plaintext' } as const;
  const { signal } = new AbortController();
  const socket = await dial({ address, proxy: undefined, security, expectedHost: '127.0.0.1' }, signal);
  connection = new Http2Connection(socket, {
    windowBytes: WINDOW_BYTES,
    onReady: () => {},
    onUnusable: () => {},
    onClosed: () => {},
  });
  return connection;
}

interface Response {
  readonly fields: Fields[];
  readonly body: Buffer;
}

const REQUEST = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/echo'],
  [':authority', 'h'],
] as const;

function exchange(
  connection: Http2Connection,
  body: Uint8Array,
  fields: readonly (readonly [string, string])[] = [],
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const heard: Fields[] = [];
    const parts: Buffer[] = [];
    const stream = connection.request(encodeHeaders([...REQUEST, ...fields]), Buffer.from(body), {
      onHeaders: (fields) => heard.push(fields),
      onData: (bytes) => {
        parts.push(Buffer.from(bytes));
        stream.consumed(bytes.length);
      },
      onEnd: () => resolve({ fields: heard, body: Buffer.concat(parts) }),
      onFailure: (failure) => reject(new Error(JSON.stringify(failure))),
    });
  });
}

const echo = (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': 200 }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.pipe(stream);
};

test.each([
  ['of its own choice', {}],
  ['that are small', { initialWindowSize: 1000, maxFrameSize: 16_384, maxConcurrentStreams: 3 }],
  ['that are large', { initialWindowSize: 2 ** 22, maxFrameSize: 2 ** 20, maxConcurrentStreams: 1000 }],
])('a server with settings %s echoes the requests', async (_name, settings) => {
  const connection = await open(echo, settings);
  const random = new SeededRandom(7);
  const sizes = [
    0,
    1,
    5,
    16_383,
    16_384,
    16_385,
    65_535,
    65_536,
    WINDOW_BYTES,
    WINDOW_BYTES + 1,
    3 * 2 ** 20,
  ];
  for (let index = 0; index < 150; index++) sizes.push(random.below(random.below(10) ? 2_000 : 200_000));
  const bodies = sizes.map((size) => Buffer.from(random.bytes(size)));
  const responses = await Promise.all(bodies.map((body) => exchange(connection, body)));
  for (const [index, { body, fields }] of responses.entries()) {
    expect(body.equals(bodies[index] ?? Buffer.alloc(0)), `body ${index} of ${sizes[index]} bytes`).toBe(
      true,
    );
    expect(fields.map((part) => part.get(':status') ?? part.get('grpc-status'))).toEqual(['200', '0']);
  }
});

test('thousands of calls on one connection', async () => {
  const connection = await open(echo);
  for (let round = 0; round < 20; round++) {
    const texts = Array.from({ length: 100 }, (_, index) => `${round}-${index}`);
    const responses = await Promise.all(texts.map((text) => exchange(connection, Buffer.from(text))));
    expect(responses.map(({ body }) => body.toString())).toEqual(texts);
  }
});

/** Fields with every allowed byte, each in a value that Huffman coding makes shorter. */
const TEXTS = Array.from({ length: 0x100 - 0x20 }, (_, index) => index + 0x20)
  .filter((byte) => byte !== 0x7f)
  .map((byte) => [`x-${byte}`, `eeeeeeeeeeee${String.fromCharCode(byte)}eeeeeeeeeeee`] as const);

test('the server receives every byte of a field', async () => {
  const seen: Record<string, unknown> = {};
  const connection = await open((stream, headers) => {
    Object.assign(seen, headers);
    stream.respond({ ':status': 204 }, { endStream: true });
  });
  // Node.js's server accepts at most 128 fields.
  for (const part of [TEXTS.slice(0, 100), TEXTS.slice(100, 200), TEXTS.slice(200)]) {
    await exchange(connection, Buffer.alloc(0), part);
  }
  expect(seen).toMatchObject({ ...Object.fromEntries(REQUEST), ...Object.fromEntries(TEXTS) });
});

test('every byte of a field is received from the server, in Huffman code and by index', async () => {
  const connection = await open((stream) => {
    stream.respond({ ':status': 200, ...Object.fromEntries(TEXTS) }, { endStream: true });
  });
  for (let round = 0; round < 3; round++) {
    const { fields } = await exchange(connection, Buffer.alloc(0));
    expect(Object.fromEntries(fields[0] ?? [])).toMatchObject(Object.fromEntries(TEXTS));
  }
});

test('a token may be so long that its header block needs several frames', async () => {
  let seen: unknown;
  const connection = await open((stream, headers) => {
    seen = headers.token;
    stream.respond({ ':status': 204 }, { endStream: true });
  });
  const token = 'é'.repeat(40_000);
  await exchange(connection, Buffer.alloc(0), [['token', token]]);
  expect(seen).toBe(token);
});

test('open streams complete after GOAWAY of the server', async () => {
  const streams: ServerHttp2Stream[] = [];
  const connection = await open((stream) => {
    streams.push(stream);
    if (streams.length < 3) return;
    stream.session?.close();
    for (const waiting of streams) echo(waiting);
  });
  const texts = ['one', 'two', 'three'];
  const responses = await Promise.all(texts.map((text) => exchange(connection, Buffer.from(text))));
  expect(responses.map(({ body }) => body.toString())).toEqual(texts);
  await expect(exchange(connection, Buffer.alloc(0))).rejects.toThrow('{"kind":"unprocessed"}');
});
