import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthority, issue } from '../../../scripts/lib/pki.mjs';
import { destroyOnAbort } from '../../../src/transport/socket/net-socket.js';
import { connectTls } from '../../../src/transport/tls/connect.js';
import { TlsSecurity } from '../../../src/transport/tls/security.js';

const UNVERIFIED = new TlsSecurity(
  { insecureTransport: true, insecureSkipVerify: true },
  { keyPair: undefined, rootCaFile: undefined },
  undefined,
);

test('the error is the reason of the signal, also when it closes the transport', async () => {
  const server = createTcpServer((socket) => socket.resume().on('error', () => {}));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const giveUp = new AbortController();
  destroyOnAbort(socket, giveUp.signal);
  const connected = connectTls({ socket }, UNVERIFIED, { host: 'h', signal: giveUp.signal });
  giveUp.abort(new Error('given up'));
  await expect(connected).rejects.toThrow('given up');
});

test('TLS 1.2 is not renegotiated, so the server cannot change its certificate', async () => {
  const authority = await createAuthority({ algorithm: 'ecdsa' });
  const pair = await issue(authority, { usage: 'server', commonName: 'h', algorithm: 'ecdsa' });
  const server = createServer({ cert: pair.cert, key: pair.key, maxVersion: 'TLSv1.2' });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(server, 'secureConnection');
  const { port } = server.address() as AddressInfo;
  const client = await connectTls({ host: '127.0.0.1', port }, UNVERIFIED, { host: '127.0.0.1' });
  onTestFinished(() => void client.destroy());
  const [socket] = (await accepted) as [TLSSocket];
  const outcome = new Promise((resolve) => {
    socket.resume().on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error ?? 'renegotiated'));
  });
  client.resume();
  expect(await outcome).toBe('ERR_SSL_NO_RENEGOTIATION');
});
