import { describe, expect, onTestFinished, test } from 'vitest';
import { CallContext, ClientContext } from '../../../../src/transport/grpc/call-context.js';
import { callServerStream, callUnary } from '../../../../src/transport/grpc/frames/call.js';
import { MessageMemory } from '../../../../src/transport/grpc/frames/message-memory.js';
import { lengthPrefixedMessage } from '../../../../src/transport/grpc/frames/message-reader.js';
import { ResponseStatus } from '../../../../src/transport/grpc/frames/response-status.js';
import { statusOfStreamFailure } from '../../../../src/transport/grpc/http-status.js';
import { Http2Error, KeepAliveTimeoutError, type ResetCode } from '../../../../src/transport/http2/error.js';
import { Flag } from '../../../../src/transport/http2/frame.js';
import { readyConnection } from '../../../support/http2/open-connection.js';
import { data, headers, turn } from '../../../support/http2/scripted-peer.js';

const WINDOW_BYTES = 1000;
const START = headers(1, { ':status': '200', 'content-type': 'application/grpc' });
const END = headers(1, { 'grpc-status': '0' }, Flag.endHeaders | Flag.endStream);
const message = (text: string) => data(1, lengthPrefixedMessage(Buffer.from(text)));

async function open(maxResponseBytes = 10_000) {
  const { peer, connection } = await readyConnection(undefined, { windowBytes: WINDOW_BYTES });
  const client = new ClientContext();
  const context = new CallContext({ timeoutMs: 600_000 }, null, client);
  onTestFinished(() => context.release());
  return {
    peer,
    connection,
    request: {
      headerBlock: Buffer.of(0x83),
      body: lengthPrefixedMessage(Buffer.from('q')),
      context,
      maxResponseBytes,
    },
    sent: async (type: string) => (await peer.takeReceivedFrames()).filter((frame) => frame.type === type),
    /** Cancels the client's context, and with it the call's. */
    cancelContext: () => client.cancel(new Error('over')),
  };
}

const text = (outcome: unknown) => (Buffer.isBuffer(outcome) ? outcome.toString() : outcome);

test('the result is the single response message, when the call has ended', async () => {
  const { peer, connection, request } = await open();
  const outcome = callUnary(connection, request);
  peer.send(START, message('answer'), END);
  expect(text(await outcome)).toBe('answer');
});

test.each([
  ['no message', [END], 'received no response message'],
  ['two messages', [message('a'), message('b')], 'but received another message'],
  ['half a message', [data(1, '\0\0\0\0\x05ab'), END], 'unexpected EOF'],
  ['half a message after a whole one', [message('a'), data(1, '\0\0\0\0\x05b'), END], 'unexpected EOF'],
  ['a compressed message', [data(1, '\x01\0\0\0\0')], 'compressed'],
])('%s fails the call', async (_name, frames, details) => {
  const { peer, connection, request } = await open();
  const outcome = callUnary(connection, request);
  peer.send(START, ...frames);
  expect(await outcome).toMatchObject({ code: 'Internal', details: expect.stringContaining(details) });
});

test('a call whose response is rejected is cancelled', async () => {
  const { peer, connection, request, sent } = await open(5);
  const outcome = callUnary(connection, request);
  await sent('data');
  peer.send(START, message('too long'), message('late'), END);
  expect(await outcome).toMatchObject({ code: 'ResourceExhausted' });
  expect(await sent('resetStream')).toHaveLength(1);
});

test('a stream that is rejected in its last part keeps the first status', async () => {
  const { peer, connection, request } = await open(5);
  const next = callServerStream(connection, request).next();
  peer.send(START, data(1, lengthPrefixedMessage(Buffer.from('too long')), Flag.endStream));
  expect(await next).toMatchObject({ done: true, value: { code: 'ResourceExhausted' } });
});

test('a non-gRPC body is not read beyond the part for the message', async () => {
  const { peer, connection, request, sent } = await open();
  const outcome = callUnary(connection, request);
  await sent('data');
  peer.send(headers(1, { ':status': '503', 'content-type': 'text/html' }));
  for (let round = 0; round < 10; round++) peer.send(data(1, '<'.repeat(WINDOW_BYTES)));
  peer.send(data(1, '', Flag.endStream));
  expect(await outcome).toMatchObject({ code: 'Unavailable' });
});

test.each(['before', 'while'])('the context is done %s a call', async (when) => {
  const { connection, request, sent, cancelContext } = await open();
  if (when === 'before') cancelContext();
  const outcome = callUnary(connection, request);
  const rejected = expect(outcome).rejects.toThrow('over');
  const requests = await sent('headers');
  cancelContext();
  await rejected;
  expect(requests).toHaveLength(when === 'before' ? 0 : 1);
  expect(await sent('resetStream')).toHaveLength(requests.length);
});

test('a stream yields its messages in order, and then ends', async () => {
  const { peer, connection, request } = await open();
  const stream = callServerStream(connection, request);
  const first = stream.next();
  peer.send(START, message('a'), message('b'), END);
  expect(text((await first).value)).toBe('a');
  expect(text((await stream.next()).value)).toBe('b');
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('while the consumer does not ask for messages, the server has to wait', async () => {
  const { peer, connection, request, sent } = await open();
  const stream = callServerStream(connection, request);
  const first = stream.next();
  await sent('data');
  const part = message('x'.repeat(WINDOW_BYTES / 2 - 5));
  peer.send(START, part, part);
  await first;
  expect(await sent('windowUpdate')).toEqual([]);
  await stream.next();
  expect((await sent('windowUpdate')).map(({ payload }) => payload.readUInt32BE())).toEqual([500]);
});

test('the server can go on when the consumer has freed the memory of a message', async () => {
  class OwnMemory extends MessageMemory {
    override allocate = (sizeBytes: number) => Buffer.allocUnsafeSlow(sizeBytes);
  }
  const { peer, connection, request, sent } = await open();
  const stream = callServerStream(connection, { ...request, memory: new OwnMemory() });
  const first = stream.next();
  await sent('data');
  const part = message('x'.repeat(WINDOW_BYTES / 2 - 5));
  peer.send(START, part, part);
  const { buffer } = (await first).value as Buffer<ArrayBuffer>;
  structuredClone(buffer, { transfer: [buffer] });
  expect(buffer.byteLength).toBe(0);
  await stream.next();
  expect((await sent('windowUpdate')).map(({ payload }) => payload.readUInt32BE())).toEqual([500]);
});

test('a message may be larger than the window', async () => {
  const { peer, connection, request, sent } = await open();
  const outcome = callUnary(connection, request);
  const framed = lengthPrefixedMessage(Buffer.alloc(3 * WINDOW_BYTES, 'x'));
  await sent('data');
  peer.send(START);
  for (let at = 0; at < framed.length; at += 500) {
    peer.send(data(1, framed.subarray(at, at + 500)));
    await turn();
  }
  peer.send(END);
  expect(text(await outcome)).toBe('x'.repeat(3 * WINDOW_BYTES));
});

test('a consumer that stops early cancels the call, and a done context ends the stream before waiting messages', async () => {
  const { peer, connection, request, sent, cancelContext } = await open();
  const early = callServerStream(connection, request);
  const late = callServerStream(connection, request);
  const firsts = [early.next(), late.next()];
  await sent('data');
  peer.send(START, message('a'), message('b'));
  peer.send(headers(3, { ':status': '200', 'content-type': 'application/grpc' }));
  peer.send(
    data(3, lengthPrefixedMessage(Buffer.from('c'))),
    data(3, lengthPrefixedMessage(Buffer.from('d'))),
  );
  await Promise.all(firsts);
  await early.return(undefined);
  expect((await sent('resetStream')).map(({ streamId }) => streamId)).toEqual([1]);
  cancelContext();
  await expect(late.next()).rejects.toThrow('over');
  expect((await sent('resetStream')).map(({ streamId }) => streamId)).toEqual([3]);
});

type Fields = Readonly<Record<string, string>>;

const OF_GRPC = { ':status': '200', 'content-type': 'application/grpc' };

/** Fields or data received, in this order; the last ends the stream. */
function failure(...received: readonly (Fields | string)[]) {
  const status = new ResponseStatus();
  for (const [index, each] of received.entries()) {
    const isLast = index === received.length - 1;
    const refusal =
      typeof each === 'string'
        ? status.addData(Buffer.from(each, 'latin1'))
        : status.add(new Map(Object.entries(each)), isLast);
    if (refusal !== undefined) return refusal;
  }
  return status.status;
}

const details = (...received: readonly (Fields | string)[]) => failure(...received)?.details;

describe('the status of a call', () => {
  test('is in its trailers, or in a Trailers-Only response', () => {
    expect(failure(OF_GRPC, { 'grpc-status': '0', 'grpc-message': 'unread' })).toBeUndefined();
    const denied = { 'grpc-status': '5', 'grpc-message': 'gone' };
    expect(failure(OF_GRPC, denied)).toEqual({ code: 'NotFound', details: 'gone' });
    expect(failure({ ...OF_GRPC, ...denied })).toEqual({ code: 'NotFound', details: 'gone' });
    expect(failure(OF_GRPC, { 'grpc-status': '5' })).toEqual({ code: 'NotFound', details: '' });
    expect(failure({ ...OF_GRPC, 'grpc-status': '5' }, { other: 'x' })?.code).toBe('Unknown');
  });

  test.each([
    ['17', 'Code(17)'],
    ['-1', 'Code(4294967295)'],
    ['+5', 'NotFound'],
    ['05', 'NotFound'],
  ])('%j means %s', (number, code) => {
    expect(failure(OF_GRPC, { 'grpc-status': number })).toEqual({ code, details: '' });
  });

  test.each([
    ['', 'invalid syntax'],
    ['abc', 'invalid syntax'],
    ['1.5', 'invalid syntax'],
    ['0x0', 'invalid syntax'],
    [' 0', 'invalid syntax'],
    ['2147483648', 'value out of range'],
    ['99999999999', 'value out of range'],
  ])('%j is malformed', (number, why) => {
    const words = `transport: malformed grpc-status: strconv.ParseInt: parsing "${number}": ${why}`;
    expect(failure(OF_GRPC, { 'grpc-status': number })).toEqual({ code: 'Unknown', details: words });
    expect(details({ ':status': '404', 'grpc-status': number })).toBe(words);
  });

  test.each([
    ['a%20b%0Ac%25', 'a b\nc%'],
    ['caf%C3%A9 %e2%82%ac', 'café €'],
    ['caf\xc3\xa9', 'café'],
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['%ff', '\udcff'],
  ])('%j is read as %j', (message, text) => {
    expect(details(OF_GRPC, { 'grpc-status': '2', 'grpc-message': message })).toBe(text);
  });

  test('is missing when a server ends the stream without trailers', () => {
    expect(failure(OF_GRPC, 'data')).toEqual({
      code: 'Internal',
      details: 'server closed the stream without sending trailers',
      isInterruption: true,
    });
    expect(failure(OF_GRPC, { other: 'x' })).toEqual({ code: 'Unknown', details: '', isInterruption: true });
    expect(details(OF_GRPC, OF_GRPC, 'x')).toBe('a HEADERS frame cannot appear in the middle of a stream');
  });
});

describe('a server without gRPC', () => {
  test.each([
    ['400', 'Internal', 'Bad Request'],
    ['401', 'Unauthenticated', 'Unauthorized'],
    ['403', 'PermissionDenied', 'Forbidden'],
    ['404', 'Unimplemented', 'Not Found'],
    ['413', 'Unknown', 'Request Entity Too Large'],
    ['418', 'Unknown', "I'm a teapot"],
    ['429', 'Unavailable', 'Too Many Requests'],
    ['500', 'Unknown', 'Internal Server Error'],
    ['502', 'Unavailable', 'Bad Gateway'],
    ['503', 'Unavailable', 'Service Unavailable'],
    ['504', 'Unavailable', 'Gateway Timeout'],
    ['599', 'Unknown', ''],
  ])('answers HTTP %s, which is %s', (status, code, phrase) => {
    const words = `unexpected HTTP status code received from server: ${status} (${phrase})`;
    expect(failure({ ':status': status, 'content-type': 'text/html' })).toEqual({
      code,
      details: `${words}; transport: received unexpected content-type "text/html"`,
    });
    expect(details({ ':status': status })).toBe(`${words}; malformed header: missing HTTP content-type`);
  });

  test('sends a body, whose first bytes are in the message', () => {
    const head = { ':status': '404', 'content-type': 'text/"x"' };
    const words = `${details(head)}\ndata: `;
    expect(words).toContain('"text/\\"x\\""');
    expect(details(head, 'a\n', '\xff')).toBe(`${words}"a\\n\\xff"`);
    expect(details(head, 'a', { other: 'x' })).toBe(`${words}"a"`);
    expect(details(head, { other: 'x' })).toBe(`${words}""`);
    expect(details(head, 'x'.repeat(1000), 'y'.repeat(5000), 'z')).toBe(
      `${words}"${'x'.repeat(1000)}${'y'.repeat(24)}"`,
    );
    // grpc-go leaves the body out of the message when an empty frame ends it.
    expect(details(head, 'a', '')).toBe('server closed the stream without sending trailers');
  });

  test('may send an invalid HTTP status', () => {
    expect(details({})).toBe(
      'malformed header: missing HTTP status; malformed header: missing HTTP content-type',
    );
    expect(details({ ':status': 'abc' }, 'x')).toBe(
      'transport: malformed http-status: strconv.Atoi: parsing "abc": invalid syntax',
    );
    expect(details({ ':status': '103' })).toBe(
      'protocol error: informational header with status code 103 must not have END_STREAM set',
    );
  });

  test.each([
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['application/grpc;charset=x', true],
    ['application/grpc-web', false],
    ['APPLICATION/GRPC', false],
    ['', false],
  ])('content type %j is gRPC: %s', (contentType, hasMessages) => {
    const status = new ResponseStatus();
    status.add(new Map(Object.entries({ ':status': '503', 'content-type': contentType })), false);
    expect(status.hasMessages).toBe(hasMessages);
  });

  test('informational responses are skipped', () => {
    expect(failure({ ':status': '103' }, OF_GRPC, { 'grpc-status': '0' })).toBeUndefined();
  });
});

describe('the status of a failed stream', () => {
  test.each([
    ['REFUSED_STREAM', 'Unavailable', true],
    ['CANCEL', 'Canceled', undefined],
    ['FLOW_CONTROL_ERROR', 'ResourceExhausted', undefined],
    ['ENHANCE_YOUR_CALM', 'ResourceExhausted', undefined],
    ['INADEQUATE_SECURITY', 'PermissionDenied', undefined],
    ['INTERNAL_ERROR', 'Internal', undefined],
    ['NO_ERROR', 'Internal', undefined],
    ['unknown error code 0x63', 'Unknown', undefined],
  ] as const)('%s is %s', (code: ResetCode, rpcCode, isUnprocessed) => {
    expect(statusOfStreamFailure({ kind: 'reset', code })).toEqual({
      code: rpcCode,
      details: `stream terminated by RST_STREAM with error code: ${code}`,
      isInterruption: true,
      ...(isUnprocessed && { isUnprocessed }),
    });
  });

  test('says whether the request was not processed, which a lost connection does not tell', () => {
    expect(statusOfStreamFailure({ kind: 'unprocessed' })).toMatchObject({
      code: 'Unavailable',
      isUnprocessed: true,
    });
    const lost = statusOfStreamFailure({ kind: 'lost', reason: new Error('x') });
    expect(lost.code).toBe('Unavailable');
    expect(lost.isUnprocessed).toBeUndefined();
  });

  test.each([
    [new Error('closed'), 'error reading from server: EOF'],
    [
      Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      'error reading from server: connection reset by peer',
    ],
    [new Http2Error('PROTOCOL_ERROR', 'x'), 'error reading from server: connection error: PROTOCOL_ERROR'],
    [new KeepAliveTimeoutError(), 'keepalive ping failed to receive ACK within timeout'],
  ])('contains why the connection was lost: %s', (reason, words) => {
    expect(statusOfStreamFailure({ kind: 'lost', reason })).toEqual({
      code: 'Unavailable',
      details: words,
      isInterruption: true,
    });
    expect(statusOfStreamFailure({ kind: 'lost', reason, goAway: 'code: NO_ERROR' }).details).toBe(
      `closing transport due to: connection error: desc = "${words}", received prior goaway: code: NO_ERROR`,
    );
  });
});
