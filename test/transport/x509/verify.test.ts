/** The search for chains, with made-up certificates. test/acceptance/tls compares real ones with Go. */
import { describe, expect, test } from 'vitest';
import type { Certificate } from '../../../src/transport/x509/certificate.js';
import { CertificatePool } from '../../../src/transport/x509/certificate-pool.js';
import { verifyCertificate } from '../../../src/transport/x509/verify.js';

interface Made {
  readonly name: string;
  readonly issuer?: string;
  readonly key?: string;
  readonly extensions?: Partial<Certificate['extensions']>;
}

const bytes = (text: string) => Buffer.from(text);
let count = 0;

function made({ name, issuer = name, key = name, extensions = {} }: Made): Certificate {
  return {
    raw: bytes(`${name} by ${issuer} ${count++}`),
    version: 3,
    serialNumber: 1n,
    signatureAlgorithm: { name: 'ECDSA-SHA256', keyType: 'ECDSA', isInsecure: false },
    rawIssuer: bytes(issuer),
    rawSubject: bytes(name),
    subject: { commonName: name, organization: '' },
    notBefore: 0,
    notAfter: 1000,
    publicKey: { type: 'ECDSA' },
    rawPublicKeyInfo: bytes(key),
    extensions: {
      dnsNames: name === 'server' ? ['h'] : [],
      ipAddresses: [],
      emailAddresses: [],
      uris: [],
      extendedKeyUsages: [],
      policies: { policies: [], mappings: [] },
      subjectKeyId: Buffer.alloc(0),
      authorityKeyId: Buffer.alloc(0),
      hasUnhandledCritical: false,
      ...(name !== 'server' && { basicConstraints: { isCa: true } }),
      ...extensions,
    },
  };
}

interface Setting {
  readonly presented: readonly [Certificate, ...Certificate[]];
  readonly roots: readonly Certificate[];
  readonly nowMs?: number;
  /** Name of the key whose signatures are invalid. */
  readonly forged?: string;
}

function verify({ presented, roots, nowMs = 500, forged }: Setting): { checks: number } {
  const pool = new CertificatePool();
  for (const authority of roots) pool.add(authority);
  let checks = 0;
  verifyCertificate({
    presented,
    roots: pool,
    host: 'h',
    nowMs,
    verifiesSignature: (_certificate, issuer) => {
      checks++;
      return issuer.rawPublicKeyInfo.toString() !== forged;
    },
  });
  return { checks };
}

const server = made({ name: 'server', issuer: 'a' });

test('a chain of one signature needs one check', () => {
  expect(verify({ presented: [server], roots: [made({ name: 'b' }), made({ name: 'a' })] })).toEqual({
    checks: 1,
  });
});

test('a certificate that is a root itself needs no signature check', () => {
  expect(verify({ presented: [server], roots: [server] })).toEqual({ checks: 0 });
});

test('an invalid signature makes no chain, and is reported', () => {
  const setting = { presented: [server], roots: [made({ name: 'a' })], forged: 'a' } as const;
  expect(() => verify(setting)).toThrow(
    'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "a")',
  );
});

test('the name of a rejected authority is quoted as Go quotes it', () => {
  const roots = [{ ...made({ name: 'a' }), subject: { commonName: 'a\x01\x7f é\u2028', organization: '' } }];
  expect(() => verify({ presented: [server], roots, forged: 'a' })).toThrow(
    'candidate authority certificate "a\\x01\\x7f é\\u2028")',
  );
});

describe('the validity period is exact to the millisecond', () => {
  const roots = [made({ name: 'a' })];
  test.each([0, 1000])('%s is inside', (nowMs) => {
    verify({ presented: [server], roots, nowMs });
  });
  test.each([
    [-1, 'is before 1970-01-01T00:00:00Z'],
    [1001, 'is after 1970-01-01T00:00:01Z'],
  ])('%s is outside', (nowMs, message) => {
    expect(() => verify({ presented: [server], roots, nowMs })).toThrow(message);
  });
});

test('the number of signature checks for cross-signed CAs is limited', () => {
  const names = Array.from({ length: 12 }, (_, index) => `i${index}`);
  const tangle = ['a', ...names].flatMap((name) => names.map((issuer) => made({ name, issuer })));
  const began = performance.now();
  expect(() => verify({ presented: [server, ...tangle], roots: [made({ name: 'root' })] })).toThrow(
    'x509: signature check attempts limit reached while verifying certificate chain',
  );
  expect(performance.now() - began).toBeLessThan(5000);
});

test('a wrong host name is reported before errors of the chain', () => {
  const other = made({ name: 'server', issuer: 'a', extensions: { dnsNames: ['other'] } });
  expect(() => verify({ presented: [other], roots: [] })).toThrow(
    'x509: certificate is valid for other, not h',
  );
});

test('roots that cannot be read are reported', () => {
  const pool = new CertificatePool();
  pool.problem = 'open /x: permission denied';
  expect(() =>
    verifyCertificate({
      presented: [server],
      roots: pool,
      host: 'h',
      nowMs: 500,
      verifiesSignature: () => true,
    }),
  ).toThrow('x509: failed to load system roots and no roots provided; open /x: permission denied');
});
