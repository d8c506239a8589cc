import { describe, expect, test, vi } from 'vitest';
import {
  Flag,
  FrameType,
  frame,
  numberFrame,
  PREFACE,
  settingsFrame,
} from '../../../src/transport/http2/frame.js';
import { openConnection, readyConnection } from '../../support/http2/open-connection.js';
import { data, farewell, goAway, headers, NO_SETTINGS, turn } from '../../support/http2/scripted-peer.js';

const OF_CONNECTION = { flags: 0, streamId: 0 };
const settingsAck = frame({ type: FrameType.settings, flags: Flag.ack, streamId: 0 }, Buffer.alloc(0));

describe('the beginning', () => {
  test('preface, settings and the window come first, in one piece', async () => {
    const { peer } = openConnection();
    await turn();
    expect(peer.received.subarray(0, PREFACE.length).toString()).toBe(PREFACE);
    const frames = await peer.heard();
    expect(frames.map(({ type, payload }) => [type, payload.toString('hex')])).toEqual([
      ['settings', '000200000000000400010000'],
      ['windowUpdate', '7fff0000'],
    ]);
  });

  test('no request goes out before the settings of the peer, which are acknowledged', async () => {
    const { peer, states, request } = openConnection();
    request();
    expect((await peer.heard()).map(({ type }) => type)).toEqual(['settings', 'windowUpdate']);
    expect(states).toEqual([]);
    peer.say(NO_SETTINGS);
    expect(states).toEqual(['ready']);
    expect((await peer.heard()).map(({ type, flags }) => [type, flags])).toEqual([
      ['settings', Flag.ack],
      ['headers', Flag.endHeaders],
      ['data', Flag.endStream],
    ]);
  });

  test.each([
    ['a ping', frame({ type: FrameType.ping, ...OF_CONNECTION }, Buffer.alloc(8)), 'PROTOCOL_ERROR'],
    ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'FRAME_SIZE_ERROR'],
    ['a TLS alert', Buffer.from('15030100020246', 'hex'), 'FRAME_SIZE_ERROR'],
  ])('%s instead of settings is the end', async (_name, bytes, code) => {
    const { peer, states, request } = openConnection();
    const { events } = request();
    peer.say(bytes);
    // Seven bytes are no frame yet.
    if (bytes.length < 9) peer.say(Buffer.alloc(2));
    expect(farewell(await peer.heard())).toBe(code);
    expect(peer.isClosed).toBe(true);
    expect(states).toEqual([expect.stringMatching(/^Protocol error: .* not answer in HTTP\/2 \(/), 'closed']);
    expect(events).toEqual(['refused']);
  });
});

describe('what breaks the rules ends the connection', () => {
  const block = (streamId: number, flags: number) =>
    frame({ type: FrameType.headers, flags, streamId }, Buffer.of(0x88));
  const continuation = (streamId: number, flags: number = Flag.endHeaders) =>
    frame({ type: FrameType.continuation, flags, streamId }, Buffer.alloc(0));
  const settings = (id: number, value: number) => settingsFrame([[id, value]]);

  test.each([
    ['a header block that is interrupted', [block(1, 0), data(1, 'x')], 'PROTOCOL_ERROR'],
    ['one that goes on in another stream', [block(1, 0), continuation(3)], 'PROTOCOL_ERROR'],
    ['one that goes on and never began', [continuation(1)], 'PROTOCOL_ERROR'],
    ['one that has no end', [block(1, 0), ...Array(64).fill(continuation(1, 0))], 'ENHANCE_YOUR_CALM'],
    [
      'one that makes no sense',
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
      'a promise',
      [frame({ type: FrameType.pushPromise, flags: 4, streamId: 1 }, Buffer.alloc(4))],
      'PROTOCOL_ERROR',
    ],
    ['data of a stream that was never opened', [data(3, 'x')], 'PROTOCOL_ERROR'],
    ['data of the connection', [data(0, 'x')], 'PROTOCOL_ERROR'],
    ['headers of a stream of its own', [headers(2, { ':status': '200' })], 'PROTOCOL_ERROR'],
    [
      'the reset of a stream that was never opened',
      [numberFrame(FrameType.resetStream, 5, 8)],
      'PROTOCOL_ERROR',
    ],
    [
      'a reset without a code',
      [frame({ type: FrameType.resetStream, flags: 0, streamId: 1 }, Buffer.alloc(3))],
      'FRAME_SIZE_ERROR',
    ],
    [
      'settings of a stream',
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
    ['frames of no size', [settings(5, 0)], 'PROTOCOL_ERROR'],
    ['frames too large to be said', [settings(5, 2 ** 24)], 'PROTOCOL_ERROR'],
    ['a window too large at first', [settings(4, 2 ** 31)], 'FLOW_CONTROL_ERROR'],
    [
      'a window too large in the end',
      [numberFrame(FrameType.windowUpdate, 0, 2 ** 31 - 1)],
      'FLOW_CONTROL_ERROR',
    ],
    ['a window enlarged by nothing', [numberFrame(FrameType.windowUpdate, 1, 0)], 'PROTOCOL_ERROR'],
    [
      'a ping of seven bytes',
      [frame({ type: FrameType.ping, ...OF_CONNECTION }, Buffer.alloc(7))],
      'FRAME_SIZE_ERROR',
    ],
    [
      'a ping of a stream',
      [frame({ type: FrameType.ping, flags: 0, streamId: 1 }, Buffer.alloc(8))],
      'PROTOCOL_ERROR',
    ],
    [
      'a goodbye cut short',
      [frame({ type: FrameType.goAway, ...OF_CONNECTION }, Buffer.alloc(4))],
      'FRAME_SIZE_ERROR',
    ],
    ['a frame larger than allowed', [Buffer.from('004001000000000001', 'hex')], 'FRAME_SIZE_ERROR'],
  ])('%s', async (_name, frames, code) => {
    const { peer, states, request } = await readyConnection();
    const { events } = request();
    await peer.heard();
    peer.say(...frames);
    expect(farewell(await peer.heard())).toBe(code);
    expect(peer.isClosed).toBe(true);
    expect(states).toEqual(['ready', expect.any(String), 'closed']);
    expect(events).toEqual([expect.stringMatching(/^lost: /)]);
  });

  test('what HTTP/2 does not know is passed over', async () => {
    const { peer, states } = await readyConnection();
    peer.say(
      frame({ type: 2, flags: 0, streamId: 1 }, Buffer.alloc(5)),
      frame({ type: 99, flags: 9, streamId: 7 }, Buffer.alloc(3)),
    );
    expect(await peer.heard()).toEqual([]);
    expect(states).toEqual(['ready']);
  });
});

describe('answers', () => {
  const ping = frame({ type: FrameType.ping, ...OF_CONNECTION }, Buffer.from('12345678'));

  test('a ping is answered with what it says, an answer is not', async () => {
    const { peer } = await readyConnection();
    peer.say(
      ping,
      frame({ type: FrameType.ping, flags: Flag.ack, streamId: 0 }, Buffer.alloc(8)),
      settingsAck,
    );
    const frames = await peer.heard();
    expect(frames.map(({ type, flags, payload }) => [type, flags, payload.toString()])).toEqual([
      ['ping', Flag.ack, '12345678'],
    ]);
  });

  test('a peer that asks and asks and reads no answer is left', async () => {
    const { peer, states } = await readyConnection();
    peer.unsentBytes = 1;
    const many = Array<Buffer>(10_000).fill(ping);
    for (let round = 0; round < 6; round++) {
      peer.say(...many);
      await turn();
    }
    expect(states).toEqual(['ready']);
    peer.say(...many);
    expect(farewell(await peer.heard())).toBe('ENHANCE_YOUR_CALM');
  });

  test('one that reads them may ask as often as it likes', async () => {
    const { peer, states } = await readyConnection();
    const many = Array<Buffer>(10_000).fill(ping);
    for (let round = 0; round < 20; round++) {
      peer.say(...many);
      await turn();
    }
    expect(states).toEqual(['ready']);
  });
});

describe('the end', () => {
  test('close fails what is under way, and refuses what has not gone out', async () => {
    const { peer, connection, states, request } = await readyConnection(settingsFrame([[3, 1]]));
    const [sent, waiting] = [request(), request()];
    connection.close(new Error('enough'));
    connection.close(new Error('again'));
    expect(sent.events).toEqual(['lost: enough']);
    expect(waiting.events).toEqual(['refused']);
    expect(states).toEqual(['ready', 'enough', 'closed']);
    expect(peer.isClosed).toBe(true);
    await turn();
    expect(await peer.heard()).toEqual([]);
  });

  test.each([
    [undefined, 'the server closed the connection'],
    [new Error('read ECONNRESET'), 'read ECONNRESET'],
  ])('a connection that breaks (%s) fails what is under way', async (error, message) => {
    const { peer, states, request } = await readyConnection();
    const { events } = request();
    peer.hangUp(error);
    expect(events).toEqual([`lost: ${message}`]);
    expect(states).toEqual(['ready', message, 'closed']);
  });

  test('after the end a request is refused, unless it is cancelled before', async () => {
    const { peer, connection, request } = await readyConnection();
    connection.close(new Error('enough'));
    const [refused, cancelled] = [request(), request()];
    cancelled.stream.cancel();
    expect(refused.events).toEqual([]);
    await vi.waitFor(() => expect(refused.events).toEqual(['refused']));
    expect(cancelled.events).toEqual([]);
    expect(await peer.heard()).toEqual([]);
  });

  test('what follows the end in the same chunk is not looked at', async () => {
    const { peer, states, request } = await readyConnection();
    const { events } = request();
    await peer.heard();
    peer.say(goAway(0), data(1, 'late'), goAway(0), data(99, ''));
    expect(events).toEqual(['refused']);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: NO_ERROR', 'closed']);
  });
});

describe('a server that says goodbye', () => {
  test('answers the requests that it has looked at, and refuses the others once', async () => {
    const { peer, states, request } = await readyConnection(settingsFrame([[3, 3]]));
    const [first, second, third, waiting] = [request(), request(), request(), request()];
    await peer.heard();
    peer.say(goAway(3, 0));
    expect([first, second, third, waiting].map(({ events }) => events)).toEqual([
      [],
      [],
      ['refused'],
      ['refused'],
    ]);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: NO_ERROR']);
    peer.say(headers(1, { ':status': '200' }, Flag.endHeaders | Flag.endStream));
    expect(first.events).toEqual([{ ':status': '200' }, 'end']);
    expect(peer.isClosed).toBe(false);
    peer.say(headers(3, { ':status': '200' }, Flag.endHeaders | Flag.endStream));
    expect(peer.isClosed).toBe(true);
    expect(states.at(-1)).toBe('closed');
    expect([second, third, waiting].map(({ events }) => events.length)).toEqual([2, 1, 1]);
    // No request went out in the meantime.
    expect((await peer.heard()).filter(({ type }) => type === 'headers')).toEqual([]);
  });

  test('takes the rest of a request that it has looked at', async () => {
    const { peer, request } = await readyConnection(settingsFrame([[4, 3]]));
    const { events } = request('abcdef');
    await peer.heard();
    peer.say(goAway(1), numberFrame(FrameType.windowUpdate, 1, 10));
    expect((await peer.heard()).map(({ payload }) => payload.toString())).toEqual(['def']);
    expect(events).toEqual([]);
  });

  test('may refuse all, and then closes', async () => {
    const { peer, states, request } = await readyConnection(settingsFrame([[3, 2]]));
    const requests = [request(), request(), request()];
    await peer.heard();
    peer.say(goAway(0, 11));
    expect(requests.map(({ events }) => events)).toEqual([['refused'], ['refused'], ['refused']]);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: ENHANCE_YOUR_CALM', 'closed']);
  });

  test('may take its word back only downwards', async () => {
    const { peer, states, request } = await readyConnection();
    const [first, second] = [request(), request()];
    peer.say(goAway(2 ** 31 - 1));
    expect(second.events).toEqual([]);
    peer.say(goAway(1));
    expect([first.events, second.events]).toEqual([[], ['refused']]);
    expect(states).toEqual(['ready', 'the server sent GOAWAY: NO_ERROR']);
  });

  test('takes no new request', async () => {
    const { peer, states, request } = await readyConnection();
    request();
    await peer.heard();
    peer.say(goAway(2 ** 31 - 1));
    const late = request();
    peer.say(settingsFrame([[3, 100]]));
    expect(late.events).toEqual([]);
    await vi.waitFor(() => expect(late.events).toEqual(['refused']));
    expect((await peer.heard()).map(({ type }) => type)).toEqual(['settings']);
    expect(states).not.toContain('closed');
  });
});
