import { describe, expect, test, vi } from 'vitest';
import {
  Flag,
  FrameType,
  frame,
  PREFACE,
  settingsFrame,
  uint32Frame,
} from '../../../src/transport/http2/frame.js';
import { openConnection, readyConnection } from '../../support/http2/open-connection.js';
import { data, goAway, goAwayCode, headers, NO_SETTINGS, turn } from '../../support/http2/scripted-peer.js';

const OF_CONNECTION = { flags: 0, streamId: 0 };
const settingsAck = frame({ type: FrameType.settings, flags: Flag.ack, streamId: 0 }, Buffer.alloc(0));

describe('the start of a connection', () => {
  test('preface, SETTINGS and WINDOW_UPDATE are sent first, in one write', async () => {
    const { peer } = openConnection();
    await turn();
    expect(peer.received.subarray(0, PREFACE.length).toString()).toBe(PREFACE);
    const frames = await peer.takeReceivedFrames();
    expect(frames.map(({ type, payload }) => [type, payload.toString('hex')])).toEqual([
      ['settings', '000200000000000400010000'],
      ['windowUpdate', '7fff0000'],
    ]);
  });

  test('requests are sent after the SETTINGS of the peer, which are acknowledged', async () => {
    const { peer, states, request } = openConnection();
    request();
    expect((await peer.takeReceivedFrames()).map(({ type }) => type)).toEqual(['settings', 'windowUpdate']);
    expect(states).toEqual([]);
    peer.send(NO_SETTINGS);
    expect(states).toEqual(['ready']);
    expect((await peer.takeReceivedFrames()).map(({ type, flags }) => [type, flags])).toEqual([
      ['settings', Flag.ack],
      ['headers', Flag.endHeaders],
      ['data', Flag.endStream],
    ]);
  });

  test.each([
    ['a ping', frame({ type: FrameType.ping, ...OF_CONNECTION }, Buffer.alloc(8)), 'PROTOCOL_ERROR'],
    ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'FRAME_SIZE_ERROR'],
    ['a TLS alert', Buffer.from('15030100020246', 'hex'), 'FRAME_SIZE_ERROR'],
  ])('%s instead of SETTINGS closes the connection', async (_name, bytes, code) => {
    const { peer, states, request } = openConnection();
    const { events } = request();
    peer.send(bytes);
    // Seven bytes are not a frame header yet.
    if (bytes.length < 9) peer.send(Buffer.alloc(2));
    expect(goAwayCode(await peer.takeReceivedFrames())).toBe(code);
    expect(peer.isClosed).toBe(true);
    expect(states).toEqual([expect.stringMatching(/^Protocol error: .* not answer in HTTP\/2 \(/), 'closed']);
    expect(events).toEqual(['unprocessed']);
  });
});

describe('a protocol violation closes the connection', () => {
  const block = (streamId: number, flags: number) =>
    frame({ type: FrameType.headers, flags, streamId }, Buffer.of(0x88));
  const continuation = (streamId: number, flags: number = Flag.endHeaders) =>
    frame({ type: FrameType.continuation, flags, streamId }, Buffer.alloc(0));
  const settings = (id: number, value: number) => settingsFrame([[id, value]]);

  test.each([
    ['a header block that is interrupted', [block(1, 0), data(1, 'x')], 'PROTOCOL_ERROR'],
    ['a header block that is continued on another stream', [block(1, 0), continuation(3)], 'PROTOCOL_ERROR'],
    ['a continuation without a header block', [continuation(1)], 'PROTOCOL_ERROR'],
    [
      'a header block without an end',
      [block(1, 0), ...Array(64).fill(continuation(1, 0))],
      'ENHANCE_YOUR_CALM',
    ],
    [
      'a header block that cannot be decoded',
      [frame({ type: FrameType.headers, flags: 4, streamId: 1 }, Buffer.of(0x80))],
      'COMPRESSION_ERROR',
    ],
    ['padding longer than its frame', [data(1, '\x04abc', Flag.padded)], 'PROTOCOL_ERROR'],
    ['padding without a length', [data(1, '', Flag.padded)], 'PROTOCOL_ERROR'],
    [
      'a priority cut short',
      [frame({ type: FrameType.headers, flags: 0x24, streamId: 1 }, Buffer.of(0x88))],
      'FRAME_SIZE_ERROR',
    ],
    [
      'a push promise',
      [frame({ type: FrameType.pushPromise, flags: 4, streamId: 1 }, Buffer.alloc(4))],
      'PROTOCOL_ERROR',
    ],
    ['data of a stream that was never opened', [data(3, 'x')], 'PROTOCOL_ERROR'],
    ['data on stream 0', [data(0, 'x')], 'PROTOCOL_ERROR'],
    ['headers on a stream that the server opened', [headers(2, { ':status': '200' })], 'PROTOCOL_ERROR'],
    [
      'the reset of a stream that was never opened',
      [uint32Frame(FrameType.resetStream, 5, 8)],
      'PROTOCOL_ERROR',
    ],
    [
      'a reset without a code',
      [frame({ type: FrameType.resetStream, flags: 0, streamId: 1 }, Buffer.alloc(3))],
      'FRAME_SIZE_ERROR',
    ],
    [
      'settings on a stream',
      [frame({ type: FrameType.settings, flags: 0, streamId: 1 }, Buffer.alloc(0))],
      'PROTOCOL_ERROR',
    ],
    [
      'settings cut short',
      [frame({ type: FrameType.settings, ...OF_CONNECTION }, Buffer.alloc(7))],
      'FRAME_SIZE_ERROR',
    ],
    [
      'an acknowledgement with settings',
      [frame({ type: FrameType.settings, flags: 1, streamId: 0 }, Buffer.alloc(6))],
      'FRAME_SIZE_ERROR',
    ],
    ['a maximum frame size that is too small', [settings(5, 0)], 'PROTOCOL_ERROR'],
    ['a maximum frame size that is too large', [settings(5, 2 ** 24)], 'PROTOCOL_ERROR'],
    ['an initial window that is too large', [settings(4, 2 ** 31)], 'FLOW_CONTROL_ERROR'],
    [
      'a window that becomes too large',
      [uint32Frame(FrameType.windowUpdate, 0, 2 ** 31 - 1)],
      'FLOW_CONTROL_ERROR',
    ],
    ['a window increment of 0', [uint32Frame(FrameType.windowUpdate, 1, 0)], 'PROTOCOL_ERROR'],
    [
      'a ping of seven bytes',
      [frame({ type: FrameType.ping, ...OF_CONNECTION }, Buffer.alloc(7))],
      'FRAME_SIZE_ERROR',
    ],
    [
      'a ping on a stream',
      [frame({ type: FrameType.ping, flags: 0, streamId: 1 }, Buffer.alloc(8))],
      'PROTOCOL_ERROR',
    ],
    [
      'a GOAWAY cut short',
      [frame({ type: FrameType.goAway, ...OF_CONNECTION }, Buffer.alloc(4))],
      'FRAME_SIZE_ERROR',
    ],
    ['a frame larger than allowed', [Buffer.from('004001000000000001', 'hex')], 'FRAME_SIZE_ERROR'],
  ])('%s', async (_name, frames, code) => {
    const { peer, states, request } = await readyConnection();
    const { events } = request();
    await peer.takeReceivedFrames();
    peer.send(...frames);
    expect(goAwayCode(await peer.takeReceivedFrames())).toBe(code);
    expect(peer.isClosed).toBe(true);
    expect(states).toEqual(['ready', expect.any(String), 'closed']);
    expect(events).toEqual([expect.stringMatching(/^lost: /)]);
  });

  test('frames and settings of unknown types are ignored', async () => {
    const { peer, states } = await readyConnection();
    peer.send(
      frame({ type: 2, flags: 0, streamId: 1 }, Buffer.alloc(5)),
      frame({ type: 99, flags: 9, streamId: 7 }, Buffer.alloc(3)),
    );
    expect(await peer.takeReceivedFrames()).toEqual([]);
    expect(states).toEqual(['ready']);
  });
});

describe('acknowledgements', () => {
  const ping = frame({ type: FrameType.ping, ...OF_CONNECTION }, Buffer.from('12345678'));

  test('a PING is acknowledged with its payload, an acknowledgement is not', async () => {
    const { peer } = await readyConnection();
    peer.send(
      ping,
      frame({ type: FrameType.ping, flags: Flag.ack, streamId: 0 }, Buffer.alloc(8)),
      settingsAck,
    );
    const frames = await peer.takeReceivedFrames();
    expect(frames.map(({ type, flags, payload }) => [type, flags, payload.toString()])).toEqual([
      ['ping', Flag.ack, '12345678'],
    ]);
  });

  test('a peer that sends PINGs without reading the acknowledgements is disconnected', async () => {
    const { peer, states } = await readyConnection();
    peer.unsentBytes = 1;
    const many = Array<Buffer>(10_000).fill(ping);
    for (let round = 0; round < 6; round++) {
      peer.send(...many);
      await turn();
    }
    expect(states).toEqual(['ready']);
    peer.send(...many);
    expect(goAwayCode(await peer.takeReceivedFrames())).toBe('ENHANCE_YOUR_CALM');
  });

  test('a peer that reads the acknowledgements may send any number of PINGs', async () => {
    const { peer, states } = await readyConnection();
    const many = Array<Buffer>(10_000).fill(ping);
    for (let round = 0; round < 20; round++) {
      peer.send(...many);
      await turn();
    }
    expect(states).toEqual(['ready']);
  });
});

describe('the end of a connection', () => {
  test('close fails open streams as lost, and unsent requests as refused', async () => {
    const { peer, connection, states, request } = await readyConnection(settingsFrame([[3, 1]]));
    const [sent, waiting] = [request(), request()];
    connection.close(new Error('enough'));
    connection.close(new Error('again'));
    expect(sent.events).toEqual(['lost: enough']);
    expect(waiting.events).toEqual(['unprocessed']);
    expect(states).toEqual(['ready', 'enough', 'closed']);
    expect(peer.isClosed).toBe(true);
    await turn();
    expect(await peer.takeReceivedFrames()).toEqual([]);
  });

  test.each([
    [undefined, 'the server closed the connection'],
    [new Error('read ECONNRESET'), 'read ECONNRESET'],
  ])('a lost connection (%s) fails open streams', async (error, message) => {
    const { peer, states, request } = await readyConnection();
    const { events } = request();
    peer.closeConnection(error);
    expect(events).toEqual([`lost: ${message}`]);
    expect(states).toEqual(['ready', message, 'closed']);
  });

  test('a request on a closed connection is refused, unless it is cancelled before', async () => {
    const { peer, connection, request } = await readyConnection();
    connection.close(new Error('enough'));
    const [refused, cancelled] = [request(), request()];
    cancelled.stream.cancel();
    expect(refused.events).toEqual([]);
    await vi.waitFor(() => expect(refused.events).toEqual(['unprocessed']));
    expect(cancelled.events).toEqual([]);
    expect(await peer.takeReceivedFrames()).toEqual([]);
  });

  test('frames after the end in the same chunk are ignored', async () => {
    const { peer, states, request } = await readyConnection();
    const { events } = request();
    await peer.takeReceivedFrames();
    peer.send(goAway(0), data(1, 'late'), goAway(0), data(99, ''));
    expect(events).toEqual(['unprocessed']);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: NO_ERROR', 'closed']);
  });
});

describe('a server that sends GOAWAY', () => {
  test('responds to the requests up to the last stream ID, the others are refused once', async () => {
    const { peer, states, request } = await readyConnection(settingsFrame([[3, 3]]));
    const [first, second, third, waiting] = [request(), request(), request(), request()];
    await peer.takeReceivedFrames();
    peer.send(goAway(3, 0));
    expect([first, second, third, waiting].map(({ events }) => events)).toEqual([
      [],
      [],
      ['unprocessed'],
      ['unprocessed'],
    ]);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: NO_ERROR']);
    peer.send(headers(1, { ':status': '200' }, Flag.endHeaders | Flag.endStream));
    expect(first.events).toEqual([{ ':status': '200' }, 'end']);
    expect(peer.isClosed).toBe(false);
    peer.send(headers(3, { ':status': '200' }, Flag.endHeaders | Flag.endStream));
    expect(peer.isClosed).toBe(true);
    expect(states.at(-1)).toBe('closed');
    expect([second, third, waiting].map(({ events }) => events.length)).toEqual([2, 1, 1]);
    // No further request was sent.
    expect((await peer.takeReceivedFrames()).filter(({ type }) => type === 'headers')).toEqual([]);
  });

  test('gets the rest of a request up to the last stream ID', async () => {
    const { peer, request } = await readyConnection(settingsFrame([[4, 3]]));
    const { events } = request('abcdef');
    await peer.takeReceivedFrames();
    peer.send(goAway(1), uint32Frame(FrameType.windowUpdate, 1, 10));
    expect((await peer.takeReceivedFrames()).map(({ payload }) => payload.toString())).toEqual(['def']);
    expect(events).toEqual([]);
  });

  test('may refuse all requests, and the connection is closed', async () => {
    const { peer, states, request } = await readyConnection(settingsFrame([[3, 2]]));
    const requests = [request(), request(), request()];
    await peer.takeReceivedFrames();
    peer.send(goAway(0, 11));
    expect(requests.map(({ events }) => events)).toEqual([['unprocessed'], ['unprocessed'], ['unprocessed']]);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: ENHANCE_YOUR_CALM', 'closed']);
  });

  test('may send a lower last stream ID later', async () => {
    const { peer, states, request } = await readyConnection();
    const [first, second] = [request(), request()];
    peer.send(goAway(2 ** 31 - 1));
    expect(second.events).toEqual([]);
    peer.send(goAway(1));
    expect([first.events, second.events]).toEqual([[], ['unprocessed']]);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: NO_ERROR']);
  });

  test('gets no new request', async () => {
    const { peer, states, request } = await readyConnection();
    request();
    await peer.takeReceivedFrames();
    peer.send(goAway(2 ** 31 - 1));
    const late = request();
    peer.send(settingsFrame([[3, 100]]));
    expect(late.events).toEqual([]);
    await vi.waitFor(() => expect(late.events).toEqual(['unprocessed']));
    expect((await peer.takeReceivedFrames()).map(({ type }) => type)).toEqual(['settings']);
    expect(states).not.toContain('closed');
  });
});
