import { expect, test } from 'vitest';
import { Flag, FrameType, frame, settingsFrame, uint32Frame } from '../../../src/transport/http2/frame.js';
import { encodeHeaders } from '../../../src/transport/http2/hpack/encoder.js';
import { readyConnection } from '../../support/http2/open-connection.js';
import { data, goAwayCode, headers, type SentFrame } from '../../support/http2/scripted-peer.js';

const OK = { ':status': '200' };
const resets = (frames: readonly SentFrame[]) =>
  frames
    .filter(({ type }) => type === 'resetStream')
    .map(({ streamId, payload }) => [streamId, payload.readUInt32BE()]);
const credits = (frames: readonly SentFrame[]) =>
  frames
    .filter(({ type }) => type === 'windowUpdate')
    .map(({ streamId, payload }) => [streamId, payload.readUInt32BE()]);

test('headers, data, trailers and the end are reported in this order', async () => {
  const { peer, request } = await readyConnection();
  const { events } = request();
  await peer.takeReceivedFrames();
  peer.send(headers(1, OK), data(1, 'one'), data(1, 'two'), headers(1, { 'grpc-status': '0' }, 0x5));
  expect(events).toEqual([OK, 'one', 'two', { 'grpc-status': '0' }, 'end']);
  expect(await peer.takeReceivedFrames()).toEqual([]);
});

test('a response may end with its headers, or with its data', async () => {
  const { peer, request } = await readyConnection();
  const [first, second] = [request(), request()];
  peer.send(headers(3, OK), headers(1, OK, 0x5), data(3, 'x', Flag.endStream));
  expect(first.events).toEqual([OK, 'end']);
  expect(second.events).toEqual([OK, 'x', 'end']);
});

test('padding and priority are removed', async () => {
  const { peer, request } = await readyConnection();
  const { events } = request();
  const block = encodeHeaders(Object.entries(OK));
  const padded = Buffer.concat([Buffer.of(3), Buffer.alloc(5), block, Buffer.alloc(3)]);
  const flags = Flag.endHeaders | Flag.padded | Flag.priority;
  peer.send(frame({ type: FrameType.headers, flags, streamId: 1 }, padded));
  peer.send(
    data(1, '\x02ab\0\0', Flag.padded),
    data(1, '\x00', Flag.padded),
    data(1, '\x01\0', Flag.padded | 1),
  );
  expect(events).toEqual([OK, 'ab', '', '', 'end']);
});

test('a fragmented header block is processed when it is complete, and ends the stream then', async () => {
  const { peer, request } = await readyConnection();
  const { events } = request();
  const block = encodeHeaders(Object.entries({ ...OK, name: 'x'.repeat(100) }));
  const part = (type: number, flags: number, from: number, to: number) =>
    frame({ type, flags, streamId: 1 }, block.subarray(from, to));
  peer.send(part(FrameType.headers, Flag.endStream, 0, 10));
  peer.send(part(FrameType.continuation, 0, 10, 40));
  expect(events).toEqual([]);
  peer.send(part(FrameType.continuation, Flag.endHeaders, 40, 1000));
  expect(events).toEqual([{ ...OK, name: 'x'.repeat(100) }, 'end']);
});

test('a fragmented header block can arrive byte by byte', async () => {
  const { peer, request } = await readyConnection();
  const { events } = request();
  const block = encodeHeaders(Object.entries({ ...OK, name: 'abcdefghij' }));
  const parts = [...block].map((byte, index) => {
    const type = index === 0 ? FrameType.headers : FrameType.continuation;
    const flags = index === block.length - 1 ? Flag.endHeaders : 0;
    return frame({ type, flags, streamId: 1 }, Buffer.of(byte));
  });
  for (const byte of Buffer.concat(parts)) peer.send(Buffer.of(byte));
  expect(events).toEqual([{ ...OK, name: 'abcdefghij' }]);
});

test('a stream that the server resets fails with the error code, also with REFUSED_STREAM', async () => {
  const { peer, states, request } = await readyConnection();
  const requests = [request(), request(), request()];
  await peer.takeReceivedFrames();
  peer.send(
    uint32Frame(FrameType.resetStream, 1, 7),
    uint32Frame(FrameType.resetStream, 3, 8),
    uint32Frame(FrameType.resetStream, 5, 77),
    uint32Frame(FrameType.resetStream, 5, 8),
  );
  expect(requests.map(({ events }) => events)).toEqual([
    ['reset: REFUSED_STREAM'],
    ['reset: CANCEL'],
    ['reset: unknown error code 0x4d'],
  ]);
  expect(await peer.takeReceivedFrames()).toEqual([]);
  expect(states).toEqual(['ready']);
});

test('a response that is complete before the request is sent stops the request', async () => {
  const { peer, request } = await readyConnection(settingsFrame([[4, 2]]));
  const { events } = request('abcdef');
  await peer.takeReceivedFrames();
  peer.send(headers(1, OK, 0x5), uint32Frame(FrameType.windowUpdate, 1, 100));
  expect(events).toEqual([OK, 'end']);
  expect(
    (await peer.takeReceivedFrames()).map(({ type, payload }) => [type, payload.toString('hex')]),
  ).toEqual([['resetStream', '00000000']]);
});

test('cancel sends RST_STREAM, and no event follows', async () => {
  const { peer, states, request } = await readyConnection();
  const { stream, events } = request();
  await peer.takeReceivedFrames();
  peer.send(headers(1, OK));
  stream.cancel();
  stream.cancel();
  expect(resets(await peer.takeReceivedFrames())).toEqual([[1, 8]]);
  peer.send(data(1, 'x'), headers(1, { a: 'b' }), uint32Frame(FrameType.resetStream, 1, 0));
  peer.closeConnection();
  expect(events).toEqual([OK]);
  expect(states).toEqual(['ready', 'the server closed the connection', 'closed']);
});

test('after cancel on the last data there is no end event', async () => {
  const { peer, request } = await readyConnection();
  const { events } = request('body', { onData: (stream) => stream.cancel() });
  peer.send(headers(1, OK), data(1, 'x', Flag.endStream));
  expect(events).toEqual([OK, 'x']);
  expect(resets(await peer.takeReceivedFrames())).toEqual([[1, 8]]);
});

test('the headers of a cancelled stream still update the dynamic table', async () => {
  const { peer, request } = await readyConnection();
  const [cancelled, other] = [request(), request()];
  cancelled.stream.cancel();
  const block = (streamId: number, hex: string) =>
    frame({ type: FrameType.headers, flags: Flag.endHeaders, streamId }, Buffer.from(hex, 'hex'));
  peer.send(block(1, '4001610162'), block(3, 'be'));
  expect(other.events).toEqual([{ a: 'b' }]);
});

test.each([
  ['CR', { 'grpc-message': 'a\rb' }, 'invalid header field value for "grpc-message"'],
  ['LF', { 'grpc-message': 'a\nset-cookie: x' }, 'invalid header field value for "grpc-message"'],
  ['NUL', { other: '\0' }, 'invalid header field value for "other"'],
  [
    'an escape',
    { 'content-type': 'application/grpc\u001b[2J' },
    'invalid header field value for "content-type"',
  ],
  ['DEL', { other: '\u007f' }, 'invalid header field value for "other"'],
  ['a capital letter in a name', { Other: 'x' }, 'invalid header field name "Other"'],
  ['a newline in a name', { 'a\nb': 'x' }, 'invalid header field name "a\\nb"'],
  ['no name', { '': 'x' }, 'invalid header field name ""'],
])('a response with %s in its headers or trailers is malformed', async (_what, bad, reason) => {
  const { peer, states, request } = await readyConnection();
  const [early, late, other] = [request(), request(), request()];
  await peer.takeReceivedFrames();
  peer.send(
    headers(1, { ...OK, ...bad }),
    data(1, 'not heard'),
    headers(3, OK),
    headers(3, { 'grpc-status': '0', ...bad }, 0x5),
    headers(5, { ...OK, tab: 'a\tb', latin: '\u00e4' }, 0x5),
  );
  expect(early.events).toEqual([`malformed: ${reason}`]);
  expect(late.events).toEqual([OK, `malformed: ${reason}`]);
  expect(other.events).toEqual([{ ...OK, tab: 'a\tb', latin: '\u00e4' }, 'end']);
  expect(resets(await peer.takeReceivedFrames())).toEqual([
    [1, 1],
    [3, 1],
  ]);
  expect(states).toEqual(['ready']);
});

test('malformed headers of a cancelled stream still update the dynamic table', async () => {
  const { peer, request } = await readyConnection();
  const [cancelled, other] = [request(), request()];
  cancelled.stream.cancel();
  const block = (streamId: number, hex: string) =>
    frame({ type: FrameType.headers, flags: Flag.endHeaders, streamId }, Buffer.from(hex, 'hex'));
  peer.send(block(1, '400161016240016101004001610163'), block(3, 'be'));
  expect(other.events).toEqual([{ a: 'c' }]);
});

test('WINDOW_UPDATE is sent when half of the window is consumed', async () => {
  const { peer, request } = await readyConnection(undefined, { windowBytes: 100 });
  const { stream } = request('body', { holdsData: true });
  await peer.takeReceivedFrames();
  peer.send(headers(1, OK), data(1, 'x'.repeat(100)));
  expect(credits(await peer.takeReceivedFrames())).toEqual([]);
  stream.consumed(49);
  expect(credits(await peer.takeReceivedFrames())).toEqual([]);
  stream.consumed(1);
  expect(credits(await peer.takeReceivedFrames())).toEqual([[1, 50]]);
  peer.send(data(1, 'x'.repeat(50)));
  expect(await peer.takeReceivedFrames()).toEqual([]);
  peer.send(data(1, 'x'));
  expect(goAwayCode(await peer.takeReceivedFrames())).toBe('FLOW_CONTROL_ERROR');
});

test('padding is consumed when it is received', async () => {
  const { peer, request } = await readyConnection(undefined, { windowBytes: 100 });
  request('body', { holdsData: true });
  await peer.takeReceivedFrames();
  peer.send(headers(1, OK), data(1, `\x3b${'x'.repeat(40)}${'\0'.repeat(59)}`, Flag.padded));
  expect(credits(await peer.takeReceivedFrames())).toEqual([[1, 60]]);
});

test('a response that exceeds the window ends the connection', async () => {
  const { peer, states, request } = await readyConnection(undefined, { windowBytes: 100 });
  const { events } = request();
  await peer.takeReceivedFrames();
  peer.send(headers(1, OK), data(1, 'x'.repeat(101)));
  expect(goAwayCode(await peer.takeReceivedFrames())).toBe('FLOW_CONTROL_ERROR');
  expect(events).toEqual([OK, 'lost: more than was asked for']);
  expect(states).toEqual(['ready', 'more than was asked for', 'closed']);
});

test('no WINDOW_UPDATE is sent for a stream that has ended', async () => {
  const { peer, request } = await readyConnection(undefined, { windowBytes: 100 });
  const { stream } = request('body', { holdsData: true });
  await peer.takeReceivedFrames();
  peer.send(headers(1, OK), data(1, 'x'.repeat(80), Flag.endStream));
  stream.consumed(80);
  expect(await peer.takeReceivedFrames()).toEqual([]);
});

test('the window of the connection is replenished', async () => {
  const { peer, request } = await readyConnection();
  const chunk = data(1, Buffer.alloc(16_384));
  const chunks = Array<Buffer>(256).fill(chunk);
  const { stream } = request();
  stream.cancel();
  await peer.takeReceivedFrames();
  for (let sent = 0; sent < 2 ** 30 - 16_384 * 256; sent += 256 * 16_384) peer.send(...chunks);
  expect(credits(await peer.takeReceivedFrames())).toEqual([]);
  // More than half of the window is used.
  peer.send(...chunks);
  expect(credits(await peer.takeReceivedFrames())).toEqual([[0, 2 ** 30]]);
});
