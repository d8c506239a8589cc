import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { lookUpHost } from '../../../src/transport/socket/net-socket.js';

/** Without the choice, Node.js asks for one address, as it does with `--no-network-family-autoselection`. */
test.each([true, false])('serves net.connect that chooses among addresses (%s)', async (autoSelectFamily) => {
  const server = createServer((socket) => socket.end());
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    host: 'localhost',
    port,
    family: 4,
    autoSelectFamily,
    lookup: lookUpHost as never,
  });
  await once(socket, 'connect');
  expect(socket.remoteAddress).toBe('127.0.0.1');
  socket.destroy();
});
