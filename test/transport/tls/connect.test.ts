import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthority, issue } from '../../../scripts/lib/pki.mjs';
import { connectTls } from '../../../src/transport/tls/connect.js';
import { TlsSecurity } from '../../../src/transport/tls/security.js';

test('a server cannot show another certificate later: TLS 1.2 is not renegotiated', async () => {
  const authority = await createAuthority({ algorithm: 'ecdsa' });
  const pair = await issue(authority, { usage: 'server', commonName: 'h', algorithm: 'ecdsa' });
  const server = createServer({ cert: pair.cert, key: pair.key, maxVersion: 'TLSv1.2' });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(server, 'secureConnection');
  const options = { insecureTransport: true, insecureSkipVerify: true };
  const security = new TlsSecurity(options, { keyPair: undefined, authorities: undefined }, undefined);
  const { port } = server.address() as AddressInfo;
  const client = await connectTls({ host: '127.0.0.1', port }, security, { host: '127.0.0.1' });
  onTestFinished(() => void client.destroy());
  const [socket] = (await accepted) as [TLSSocket];
  const outcome = new Promise((resolve) => {
    socket.resume().on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error ?? 'renegotiated'));
  });
  client.resume();
  expect(await outcome).toBe('ERR_SSL_NO_RENEGOTIATION');
});
