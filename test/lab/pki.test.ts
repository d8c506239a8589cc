import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Authority,
  type CertificateRequest,
  createAuthority,
  createPki,
  type Issued,
  issue,
} from '../../scripts/lib/pki.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'pki-test-'));
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority({ algorithm: 'ecdsa' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Handshake {
  readonly servername?: string;
  readonly ca?: string;
  readonly client?: Issued;
}

/** Connects to a TLS server with this certificate on 127.0.0.1; returns `welcome` from the server, or the error of the handshake. */
async function handshake(server: Issued, { servername, ca, client }: Handshake = {}): Promise<string> {
  const listener = createServer({
    cert: server.cert,
    key: server.key,
    ca: authority.cert,
    requestCert: client !== undefined,
    rejectUnauthorized: client !== undefined,
  });
  listener.on('secureConnection', (socket) => socket.end('welcome'));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const options = { port, host: '127.0.0.1', ca: ca ?? authority.cert, cert: client?.cert, key: client?.key };
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ ...options, ...(servername !== undefined && { servername }) });
    socket.on('data', () => resolve('welcome'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => {
      resolve('closed');
      listener.close();
    });
  });
}

describe('certificates', () => {
  test('are accepted only for their names and addresses', async () => {
    const both = { usage: 'server', commonName: 'node', algorithm: 'ecdsa' } as const;
    const server = await issue(authority, { ...both, dnsNames: ['localhost'], ips: ['127.0.0.1'] });
    const dnsOnly = await issue(authority, { ...both, dnsNames: ['localhost'] });
    const elsewhere = await issue(authority, { ...both, dnsNames: ['example.org'], ips: ['10.0.0.1'] });

    expect(await handshake(server)).toBe('welcome');
    expect(await handshake(server, { servername: 'localhost' })).toBe('welcome');
    expect(await handshake(dnsOnly)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await handshake(elsewhere, { servername: 'localhost' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('are refused when they have expired or come from another authority', async () => {
    const request: CertificateRequest = {
      usage: 'server',
      commonName: 'node',
      ips: ['127.0.0.1'],
      algorithm: 'ecdsa',
    };
    const other = await createAuthority({ algorithm: 'ecdsa' });
    const expired = await issue(authority, {
      ...request,
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    });

    expect(await handshake(expired)).toBe('CERT_HAS_EXPIRED');
    // Both authorities have the same name; only the signature differs.
    expect(await handshake(await issue(other, request))).not.toBe('welcome');
  });

  test('authenticate clients', async () => {
    const server = await issue(authority, { usage: 'server', commonName: 'node', ips: ['127.0.0.1'] });
    const client = await issue(authority, { usage: 'client', commonName: 'alice', algorithm: 'ecdsa' });
    const stranger = await issue(await createAuthority(), { usage: 'client', commonName: 'alice' });

    expect(await handshake(server, { client })).toBe('welcome');
    expect(await handshake(server, { client: stranger })).not.toBe('welcome');
  });
});

test.each(['rsa', 'ecdsa'] as const)(
  'a PKI of %s keys has the files and profiles of kubeadm',
  async (algorithm) => {
    const pki = await createPki(path.join(folder, algorithm), {
      algorithm,
      nodeName: 'node-1',
      ips: ['fd00::1:2'],
    });
    const ca = new X509Certificate(readFileSync(pki.caCert));
    const server = new X509Certificate(readFileSync(pki.server.cert));
    const client = new X509Certificate(readFileSync(pki.client.cert));

    expect(ca.ca).toBe(true);
    expect(ca.subject).toBe('CN=etcd-ca');
    expect(Date.parse(ca.validTo) - Date.now()).toBeGreaterThan(9.9 * 365 * 24 * 60 * 60 * 1000);
    for (const certificate of [server, client]) {
      expect(certificate.ca).toBe(false);
      expect(certificate.checkIssued(ca) && certificate.verify(ca.publicKey)).toBe(true);
    }
    expect(client.subject).toBe('O=system:masters\nCN=kube-etcd-healthcheck-client');
    expect(server.checkHost('node-1')).toBe('node-1');
    for (const ip of ['127.0.0.1', '::1', 'fd00::1:2']) expect(server.checkIP(ip), ip).toBe(ip);
    for (const { key } of [pki.server, pki.peer, pki.client]) expect(statSync(key).mode & 0o777).toBe(0o600);
  },
);
