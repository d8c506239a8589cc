import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthority, createPki, issue, type Pki, writePair } from '../../../scripts/lib/pki.mjs';
import { CommandError } from '../../../src/model/errors.js';
import { certificatesInFiles } from '../../../src/transport/tls/certificate-facts.js';
import { presentedCertificate } from '../../../src/transport/tls/presented-certificate.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const never = new AbortController().signal;
const PLAIN = { insecureTransport: true, insecureSkipVerify: false };

let folder: string;
let pki: Pki;
const servers: Server[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'presented-'));
  pki = await createPki(folder, { algorithm: 'ecdsa' });
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function serve(request: Partial<Parameters<typeof issue>[1]> = {}): Promise<string> {
  const names = { dnsNames: ['localhost'], ips: ['127.0.0.1'] };
  const issued = await issue(pki.authority, {
    usage: 'server',
    commonName: 'm1',
    algorithm: 'ecdsa',
    ...names,
    ...request,
  });
  const server = createServer({ cert: issued.cert, key: issued.key });
  server.on('tlsClientError', () => undefined);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const look = (endpoint: string, caFile = pki.caCert) =>
  presentedCertificate(endpoint, { ...PLAIN, caFile }, never);

it('shows a certificate that is trusted', async () => {
  const notAfter = new Date(Date.now() + 20 * DAY_MS);
  notAfter.setMilliseconds(0);
  expect(await look(await serve({ notAfter }))).toEqual({
    chain: [
      {
        subject: 'CN=m1',
        names: ['DNS:localhost', 'IP:127.0.0.1'],
        notBeforeMs: expect.any(Number),
        notAfterMs: notAfter.getTime(),
        allowsClients: true,
      },
    ],
    isVerified: true,
  });
});

it.each([
  [
    'expired',
    { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) },
    /expired/,
  ],
  ['not-yet-valid', { notBefore: new Date(Date.now() + DAY_MS) }, /valid only from/],
  ['wrong-name', { dnsNames: ['other.example'], ips: [] }, /not valid for 127\.0\.0\.1/],
  ['untrusted', { extendedUsages: ['client'] as ['client'] }, /lacks the extended key usage serverAuth/],
] as const)('shows one that is not trusted: %s', async (kind, request, words) => {
  const presented = await look(await serve(request as object));
  expect(presented).toMatchObject({ chain: [{ subject: 'CN=m1' }], problem: { kind } });
  expect(presented?.problem?.words).toMatch(words);
});

it('shows one of another authority, and one that is not verified', async () => {
  const endpoint = await serve();
  const { cert } = writePair(
    folder,
    'other',
    await createAuthority({ commonName: 'other', algorithm: 'ecdsa' }),
  );
  expect(await look(endpoint, cert)).toMatchObject({ problem: { kind: 'untrusted' }, isVerified: true });
  const unverified = await presentedCertificate(endpoint, { ...PLAIN, insecureSkipVerify: true }, never);
  expect(unverified).toMatchObject({ chain: [{ subject: 'CN=m1' }], isVerified: false });
  expect(unverified).not.toHaveProperty('problem');
});

it('has nothing to show without TLS, and fails without a server', async () => {
  expect(await presentedCertificate('http://127.0.0.1:1', PLAIN, never)).toBeUndefined();
  await expect(look('https://127.0.0.1:1')).rejects.toThrow(CommandError);
  await expect(look('https://127.0.0.1')).rejects.toThrow('the port is missing');
});

it('reads the certificates in the files of the flags', () => {
  const { caCert: caFile, client } = pki;
  expect(certificatesInFiles({ ...PLAIN, caFile, certFile: client.cert, keyFile: client.key })).toMatchObject(
    {
      client: {
        file: client.cert,
        facts: { subject: 'CN=kube-etcd-healthcheck-client, O=system:masters', allowsClients: true },
      },
      authorities: [{ file: caFile, facts: { subject: 'CN=etcd-ca' } }],
    },
  );
  expect(certificatesInFiles(PLAIN)).toEqual({ authorities: [] });
});
