import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Flag, FrameType, frame } from '../../../src/transport/http2/frame.js';
import { readyConnection } from '../../support/http2/open-connection.js';
import { headers } from '../../support/http2/scripted-peer.js';

const keepAlive = { timeMs: 10_000, timeoutMs: 3_000 };
const pong = frame({ type: FrameType.ping, flags: Flag.ack, streamId: 0 }, Buffer.alloc(8));
const pings = async (opened: Awaited<ReturnType<typeof readyConnection>>) =>
  (await opened.peer.heard()).filter(({ type }) => type === 'ping').length;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test('silence without calls means nothing', async () => {
  const opened = await readyConnection(undefined, { keepAlive });
  vi.advanceTimersByTime(1_000_000);
  expect(await pings(opened)).toBe(0);
  expect(opened.states).toEqual(['ready']);
});

test('a server that is silent while a call waits is asked, and left when it says nothing', async () => {
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

test('a call that waits to be sent waits, too', async () => {
  const opened = await readyConnection(
    frame({ type: FrameType.settings, flags: 0, streamId: 0 }, Buffer.from('000300000000', 'hex')),
    {
      keepAlive,
    },
  );
  const { events } = opened.request();
  vi.advanceTimersByTime(13_000);
  expect(events).toEqual(['refused']);
});

test('whatever the server says is a sign of life', async () => {
  const opened = await readyConnection(undefined, { keepAlive });
  const { events } = opened.request();
  await opened.peer.heard();
  vi.advanceTimersByTime(9_000);
  opened.peer.say(headers(1, { ':status': '200' }));
  vi.advanceTimersByTime(9_999);
  expect(await pings(opened)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(await pings(opened)).toBe(1);
  vi.advanceTimersByTime(1_000);
  opened.peer.say(pong);
  vi.advanceTimersByTime(2_000);
  expect(opened.states).toEqual(['ready']);
  // It is asked again no sooner than the time after that.
  vi.advanceTimersByTime(9_999);
  expect(await pings(opened)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(await pings(opened)).toBe(1);
  expect(events).toEqual([{ ':status': '200' }]);
});

test('a connection that is closed asks nothing more', async () => {
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
