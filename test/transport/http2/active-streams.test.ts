import { expect, test } from 'vitest';
import { Flag, FrameType, settingsFrame, uint32Frame } from '../../../src/transport/http2/frame.js';
import { HeaderDecoder } from '../../../src/transport/http2/hpack/decoder.js';
import { readyConnection } from '../../support/http2/open-connection.js';
import { headers, type SentFrame } from '../../support/http2/scripted-peer.js';

const windowOf = (bytes: number) => settingsFrame([[4, bytes]]);
const more = (streamId: number, bytes: number) => uint32Frame(FrameType.windowUpdate, streamId, bytes);
const answer = (streamId: number) =>
  headers(streamId, { ':status': '200' }, Flag.endHeaders | Flag.endStream);

/** DATA frames as `<stream>:<bytes>`, with `.` at the end of the request. */
const bodies = (frames: readonly SentFrame[]) =>
  frames
    .filter(({ type }) => type === 'data')
    .map(
      ({ streamId, flags, payload }) => `${streamId}:${payload.length}${flags & Flag.endStream ? '.' : ''}`,
    );

const opened = (frames: readonly SentFrame[]) =>
  frames.filter(({ type }) => type === 'headers').map(({ streamId }) => streamId);

test('each request has the next odd stream ID', async () => {
  const { peer, request } = await readyConnection();
  request();
  request();
  expect(opened(await peer.takeReceivedFrames())).toEqual([1, 3]);
});

test('an empty body is an empty DATA frame, also when the window is used up', async () => {
  const { peer, request } = await readyConnection(windowOf(0));
  request('');
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:0.']);
});

test('a body waits for the window of its stream, and continues after WINDOW_UPDATE', async () => {
  const { peer, request } = await readyConnection(windowOf(10));
  request('x'.repeat(25));
  request('y'.repeat(5));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:10', '3:5.']);
  peer.send(more(1, 7));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:7']);
  peer.send(more(0, 1000));
  expect(await peer.takeReceivedFrames()).toEqual([]);
  peer.send(more(1, 1000));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:8.']);
});

test('a new initial window size changes the windows of open streams', async () => {
  const { peer, request } = await readyConnection(windowOf(10));
  request('x'.repeat(30));
  await peer.takeReceivedFrames();
  peer.send(windowOf(14));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:4']);
  // 14 bytes were sent with a window that is now 5: the window is -9.
  peer.send(windowOf(5), more(1, 9));
  expect(bodies(await peer.takeReceivedFrames())).toEqual([]);
  peer.send(more(1, 1));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:1']);
  peer.send(windowOf(100));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:15.']);
});

test('bodies wait for the window of the connection', async () => {
  const { peer, request } = await readyConnection(windowOf(100_000));
  request(Buffer.alloc(60_000));
  request(Buffer.alloc(10_000));
  request('x');
  expect(bodies(await peer.takeReceivedFrames())).toEqual([
    '1:16384',
    '1:16384',
    '1:16384',
    '1:10848.',
    '3:5535',
  ]);
  peer.send(more(3, 1000));
  expect(await peer.takeReceivedFrames()).toEqual([]);
  peer.send(more(0, 1));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['3:1']);
  peer.send(more(0, 100_000));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['3:4464.', '5:1.']);
});

test('frames have the maximum size that the peer allows', async () => {
  const { peer, request } = await readyConnection(
    settingsFrame([
      [4, 100_000],
      [5, 40_000],
    ]),
  );
  request(Buffer.alloc(50_000));
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:40000', '1:10000.']);
});

test('a header block larger than a frame is continued in CONTINUATION frames', async () => {
  const { peer, request } = await readyConnection();
  const long = 'x'.repeat(40_000);
  request('body', { fields: { long } });
  const frames = await peer.takeReceivedFrames();
  expect(frames.map(({ type, flags }) => [type, flags])).toEqual([
    ['headers', 0],
    ['continuation', 0],
    ['continuation', Flag.endHeaders],
    ['data', Flag.endStream],
  ]);
  expect(frames.map(({ payload }) => payload.length).slice(0, 2)).toEqual([16_384, 16_384]);
  const block = Buffer.concat(frames.slice(0, 3).map(({ payload }) => payload));
  expect(new HeaderDecoder().decode(block).get('long')).toBe(long);
});

test('the number of open streams is limited by the peer; other requests follow in order', async () => {
  const { peer, request } = await readyConnection(settingsFrame([[3, 2]]));
  const requests = [request(), request(), request(), request(), request()];
  expect(opened(await peer.takeReceivedFrames())).toEqual([1, 3]);
  peer.send(answer(3));
  expect(opened(await peer.takeReceivedFrames())).toEqual([5]);
  requests[0]?.stream.cancel();
  expect(opened(await peer.takeReceivedFrames())).toEqual([7]);
  peer.send(settingsFrame([[3, 3]]));
  expect(opened(await peer.takeReceivedFrames())).toEqual([9]);
});

test('a request that is cancelled while it waits is never sent', async () => {
  const { peer, request } = await readyConnection(settingsFrame([[3, 1]]));
  request();
  const cancelled = request();
  request();
  await peer.takeReceivedFrames();
  cancelled.stream.cancel();
  expect(await peer.takeReceivedFrames()).toEqual([]);
  peer.send(answer(1));
  const frames = await peer.takeReceivedFrames();
  expect(frames.map(({ type, streamId }) => [type, streamId])).toEqual([
    ['headers', 3],
    ['data', 3],
  ]);
  expect(cancelled.events).toEqual([]);
});

test('a request that waits for its window does not block those behind it', async () => {
  const { peer, request } = await readyConnection(windowOf(4));
  request('too long');
  request('fits');
  expect(bodies(await peer.takeReceivedFrames())).toEqual(['1:4', '3:4.']);
});

test('WINDOW_UPDATE for an ended stream is ignored', async () => {
  const { peer, states, request } = await readyConnection();
  request();
  await peer.takeReceivedFrames();
  peer.send(answer(1), more(1, 100));
  expect(await peer.takeReceivedFrames()).toEqual([]);
  expect(states).toEqual(['ready']);
});
