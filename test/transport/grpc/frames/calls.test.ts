import { expect, onTestFinished, test } from 'vitest';
import { CallLimit, ClientEnd } from '../../../../src/transport/grpc/call-limit.js';
import { callServerStream, callUnary } from '../../../../src/transport/grpc/frames/calls.js';
import { framedMessage } from '../../../../src/transport/grpc/frames/message-reader.js';
import { Flag } from '../../../../src/transport/http2/frame.js';
import { readyConnection } from '../../../support/http2/open-connection.js';
import { data, headers, turn } from '../../../support/http2/scripted-peer.js';

const WINDOW_BYTES = 1000;
const START = headers(1, { ':status': '200', 'content-type': 'application/grpc' });
const END = headers(1, { 'grpc-status': '0' }, Flag.endHeaders | Flag.endStream);
const message = (text: string) => data(1, framedMessage(Buffer.from(text)));

async function open(maxResponseBytes = 10_000) {
  const { peer, connection } = await readyConnection(undefined, { windowBytes: WINDOW_BYTES });
  const client = new ClientEnd();
  const limit = new CallLimit({ timeoutMs: 600_000 }, null, client);
  onTestFinished(() => limit.release());
  return {
    peer,
    connection,
    request: { block: Buffer.of(0x83), body: framedMessage(Buffer.from('q')), limit, maxResponseBytes },
    sent: async (type: string) => (await peer.heard()).filter((frame) => frame.type === type),
    /** The client's end is that of its calls. */
    endLimit: () => client.end(new Error('over')),
  };
}

const text = (outcome: unknown) => (Buffer.isBuffer(outcome) ? outcome.toString() : outcome);

test('one response is the outcome, once the call has ended', async () => {
  const { peer, connection, request } = await open();
  const outcome = callUnary(connection, request);
  peer.say(START, message('answer'), END);
  expect(text(await outcome)).toBe('answer');
});

test.each([
  ['no message', [END], 'received no response message'],
  ['two messages', [message('a'), message('b')], 'but received another message'],
  ['half a message', [data(1, '\0\0\0\0\x05ab'), END], 'unexpected EOF'],
  ['half a message after a whole one', [message('a'), data(1, '\0\0\0\0\x05b'), END], 'unexpected EOF'],
  ['a compressed message', [data(1, '\x01\0\0\0\0')], 'compressed'],
])('%s: no outcome', async (_name, frames, details) => {
  const { peer, connection, request } = await open();
  const outcome = callUnary(connection, request);
  peer.say(START, ...frames);
  expect(await outcome).toMatchObject({ code: 'Internal', details: expect.stringContaining(details) });
});

test('a call that is refused for its response is cancelled', async () => {
  const { peer, connection, request, sent } = await open(5);
  const outcome = callUnary(connection, request);
  await sent('data');
  peer.say(START, message('too long'), message('late'), END);
  expect(await outcome).toMatchObject({ code: 'ResourceExhausted' });
  expect(await sent('resetStream')).toHaveLength(1);
});

test('a stream that is refused on its last part keeps the first reason', async () => {
  const { peer, connection, request } = await open(5);
  const next = callServerStream(connection, request).next();
  peer.say(START, data(1, framedMessage(Buffer.from('too long')), Flag.endStream));
  expect(await next).toMatchObject({ done: true, value: { code: 'ResourceExhausted' } });
});

test('a page that is no response is not read, however long it is', async () => {
  const { peer, connection, request, sent } = await open();
  const outcome = callUnary(connection, request);
  await sent('data');
  peer.say(headers(1, { ':status': '503', 'content-type': 'text/html' }));
  for (let round = 0; round < 10; round++) peer.say(data(1, '<'.repeat(WINDOW_BYTES)));
  peer.say(data(1, '', Flag.endStream));
  expect(await outcome).toMatchObject({ code: 'Unavailable' });
});

test.each(['before', 'while'])('the limit ends %s a call', async (when) => {
  const { connection, request, sent, endLimit } = await open();
  if (when === 'before') endLimit();
  const outcome = callUnary(connection, request);
  const rejected = expect(outcome).rejects.toThrow('over');
  const requests = await sent('headers');
  endLimit();
  await rejected;
  expect(requests).toHaveLength(when === 'before' ? 0 : 1);
  expect(await sent('resetStream')).toHaveLength(requests.length);
});

test('messages of a stream come in their order, and then its end', async () => {
  const { peer, connection, request } = await open();
  const stream = callServerStream(connection, request);
  const first = stream.next();
  peer.say(START, message('a'), message('b'), END);
  expect(text((await first).value)).toBe('a');
  expect(text((await stream.next()).value)).toBe('b');
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('while nobody asks, the server has to wait', async () => {
  const { peer, connection, request, sent } = await open();
  const stream = callServerStream(connection, request);
  const first = stream.next();
  await sent('data');
  const part = message('x'.repeat(WINDOW_BYTES / 2 - 5));
  peer.say(START, part, part);
  await first;
  expect(await sent('windowUpdate')).toEqual([]);
  await stream.next();
  expect((await sent('windowUpdate')).map(({ payload }) => payload.readUInt32BE())).toEqual([500]);
});

test('a message may be larger than the window', async () => {
  const { peer, connection, request, sent } = await open();
  const outcome = callUnary(connection, request);
  const framed = framedMessage(Buffer.alloc(3 * WINDOW_BYTES, 'x'));
  await sent('data');
  peer.say(START);
  for (let at = 0; at < framed.length; at += 500) {
    peer.say(data(1, framed.subarray(at, at + 500)));
    await turn();
  }
  peer.say(END);
  expect(text(await outcome)).toBe('x'.repeat(3 * WINDOW_BYTES));
});

test('who stops early cancels, and a limit ends the stream though messages wait', async () => {
  const { peer, connection, request, sent, endLimit } = await open();
  const early = callServerStream(connection, request);
  const late = callServerStream(connection, request);
  const firsts = [early.next(), late.next()];
  await sent('data');
  peer.say(START, message('a'), message('b'));
  peer.say(headers(3, { ':status': '200', 'content-type': 'application/grpc' }));
  peer.say(data(3, framedMessage(Buffer.from('c'))), data(3, framedMessage(Buffer.from('d'))));
  await Promise.all(firsts);
  await early.return(undefined);
  expect((await sent('resetStream')).map(({ streamId }) => streamId)).toEqual([1]);
  endLimit();
  await expect(late.next()).rejects.toThrow('over');
  expect((await sent('resetStream')).map(({ streamId }) => streamId)).toEqual([3]);
});
