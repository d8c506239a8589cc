/** TLS servers without a protocol version, cipher suite or ALPN protocol of etcd's clients, compared with the real etcdctl. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { afterAll, describe } from 'vitest';
import { CertificateLab, type CertificateRow } from '../../support/lab/certificate-table.js';
import { hasOpenssl } from '../../support/openssl.js';

const pki = new CertificateLab();
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** A row with a node:tls server that sends no application data. */
async function silent(options: TlsOptions): Promise<CertificateRow> {
  const leaf = pki.leaf({ key: 'rsa2048' });
  const row = pki.withChain([leaf], pki.root);
  const server = createServer(
    { cert: readFileSync(row.server.cert), key: readFileSync(leaf.key), ALPNProtocols: ['h2'], ...options },
    (socket) => socket.on('error', () => {}),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ...row, port: (server.address() as AddressInfo).port };
}

describe.skipIf(!hasOpenssl)('a server is refused', () => {
  pki.table(false, {
    'that selects no ALPN protocol': () => silent({ ALPNProtocols: [] }),
    'that supports only HTTP/1.1': () => silent({ ALPNProtocols: ['http/1.1'] }),
    'that supports only TLS before 1.2': () =>
      silent({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    'that supports only RSA key exchange': () =>
      silent({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }),
    'that supports only CBC ciphers': () =>
      silent({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' }),
  });
});
