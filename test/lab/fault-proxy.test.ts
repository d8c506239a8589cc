import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FaultProxy } from '../support/grpc/fault-proxy.js';

let server: Server;
let proxy: FaultProxy;
beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.start((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

async function open(): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'connect');
  return { socket, received: () => Buffer.concat(chunks).toString() };
}

it('frozen, forwards nothing on connections that are open; what it holds back follows', async () => {
  const { socket, received } = await open();
  socket.write('one ');
  await vi.waitFor(() => expect(received()).toBe('one '));
  proxy.mode = 'freeze';
  socket.write('two ');
  const other = await open();
  other.socket.write('three');
  // A connection through another proxy is answered meanwhile.
  const witness = await FaultProxy.start(proxy.targetPort);
  const direct = connect(witness.port, '127.0.0.1', () => direct.write('x'));
  await once(direct, 'data');
  expect([received(), other.received()]).toEqual(['one ', '']);
  proxy.mode = 'pass';
  await vi.waitFor(() => expect([received(), other.received()]).toEqual(['one two ', 'three']));
  await witness.close();
});

it('cuts each connection after its number of bytes', async () => {
  proxy.limitOf = (index) => ({ direction: 'toClient', bytes: 3 + index, end: 'cut' });
  for (const expected of ['abc', 'abcd']) {
    const { socket, received } = await open();
    socket.write('abcdefgh');
    await once(socket, 'close');
    expect(received()).toBe(expected);
  }
});

it('refuses connections until it listens again, on the same port', async () => {
  const { socket } = await open();
  const { port } = proxy;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await proxy.refuse();
  await closed;
  const [error] = await once(connect(port, '127.0.0.1'), 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.heal();
  expect(proxy.port).toBe(port);
  (await open()).socket.destroy();
});
