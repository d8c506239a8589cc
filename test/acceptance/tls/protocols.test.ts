/** Servers that speak TLS, but not as a client of etcd wants it: beside the real etcdctl. */
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

/** A server of node:tls that says nothing, with these options. */
async function silent(options: TlsOptions): Promise<CertificateRow> {
  const leaf = pki.leaf({ key: 'rsa2048' });
  const row = pki.shown([leaf], pki.root);
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
    'that chooses no application protocol': () => silent({ ALPNProtocols: [] }),
    'that knows HTTP/1.1 alone': () => silent({ ALPNProtocols: ['http/1.1'] }),
    'that knows no TLS from 1.2 on': () =>
      silent({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    'that exchanges keys by RSA': () => silent({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }),
    'that encrypts with CBC': () => silent({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' }),
  });
});
