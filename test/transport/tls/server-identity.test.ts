import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../scripts/lib/pki.mjs';
import { checkIdentity } from '../../../src/transport/tls/server-identity.js';

let peer: { raw: Uint8Array };

beforeAll(async () => {
  const authority = await createAuthority({ algorithm: 'ecdsa' });
  const { cert } = await issue(authority, {
    usage: 'server',
    commonName: 'common.example',
    dnsNames: ['etcd.example', '*.wild.example', 'part*.example'],
    ips: ['127.0.0.1', '::1', '2001:db8::a'],
    algorithm: 'ecdsa',
  });
  peer = { raw: new X509Certificate(cert).raw };
});

test.each([
  'etcd.example',
  'ETCD.example',
  'a.wild.example',
  '127.0.0.1',
  '::1',
  '0:0:0:0:0:0:0:1',
  '2001:db8::a',
  '2001:0DB8:0::000a',
])('%s is in the certificate', (host) => {
  expect(checkIdentity(host, peer)).toBeUndefined();
});

test.each([
  'common.example',
  'example',
  'a.b.wild.example',
  'wild.example',
  'party.example',
  '127.0.0.2',
  '::2',
])('%s is not', (host) => {
  expect(checkIdentity(host, peer)?.message).toContain(
    `is not valid for ${host}, only for DNS:etcd.example, `,
  );
});
