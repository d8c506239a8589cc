import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Flag, FrameType, frame } from '../../../src/transport/http2/frame.js';
import { readyConnection } from '../../support/http2/open-connection.js';
import { headers } from '../../support/http2/scripted-peer.js';

const keepAlive = { timeMs: 10_000, timeoutMs: 3_000 };
const pong = frame({ type: FrameType.ping, flags: Flag.ack, streamId: 0 }, Buffer.alloc(8));
const pings = async (opened: Awaited<ReturnType<typeof readyConnection>>) =>
  (await opened.peer.takeReceivedFrames()).filter(({ type }) => type === 'ping').length;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a silent connection without calls is not pinged', async () => {
  const opened = await readyConnection(undefined, { keepAlive });
  vi.advanceTimersByTime(1_000_000);
  expect(await pings(opened)).toBe(0);
  expect(opened.states).toEqual(['ready']);
});

test('a server that is silent while a call waits is pinged, and disconnected without a response', async () => {
  const opened = await readyConnection(undefined, { keepAlive });
  const { events } = opened.request();
  vi.advanceTimersByTime(9_999);
  expect(await pings(opened)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(await pings(opened)).toBe(1);
  vi.advanceTimersByTime(2_999);
  expect(events).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(events).toEqual(['lost: no answer to a keepalive ping']);
  expect(opened.peer.isClosed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('a request that waits to be sent counts as a waiting call', async () => {
  const opened = await readyConnection(
    frame({ type: FrameType.settings, flags: 0, streamId: 0 }, Buffer.from('000300000000', 'hex')),
    {
      keepAlive,
    },
  );
  const { events } = opened.request();
  vi.advanceTimersByTime(13_000);
  expect(events).toEqual(['unprocessed']);
});

test('any data from the server counts as activity', async () => {
  const opened = await readyConnection(undefined, { keepAlive });
  const { events } = opened.request();
  await opened.peer.takeReceivedFrames();
  vi.advanceTimersByTime(9_000);
  opened.peer.send(headers(1, { ':status': '200' }));
  vi.advanceTimersByTime(9_999);
  expect(await pings(opened)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(await pings(opened)).toBe(1);
  vi.advanceTimersByTime(1_000);
  opened.peer.send(pong);
  vi.advanceTimersByTime(2_000);
  expect(opened.states).toEqual(['ready']);
  // The next PING follows one keepalive time later.
  vi.advanceTimersByTime(9_999);
  expect(await pings(opened)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(await pings(opened)).toBe(1);
  expect(events).toEqual([{ ':status': '200' }]);
});

test('a closed connection sends no more PINGs', async () => {
  const opened = await readyConnection(undefined, { keepAlive });
  opened.request();
  opened.connection.close(new Error('enough'));
  expect(vi.getTimerCount()).toBe(0);
});

test('without keep-alive there is no timer', async () => {
  const opened = await readyConnection();
  opened.request();
  expect(vi.getTimerCount()).toBe(0);
});
