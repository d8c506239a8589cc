import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { lookUpHost } from '../../../src/transport/socket/net-socket.js';

/** With `false`, as with `--no-network-family-autoselection`, Node.js looks up one address instead of all. */
test.each([true, false])(
  'lookUpHost works with net.connect (autoSelectFamily: %s)',
  async (autoSelectFamily) => {
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
  },
);
