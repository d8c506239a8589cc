import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../scripts/lib/pki.mjs';
import { type Certificate, parseCertificate, subjectOf } from '../../../src/transport/x509/certificate.js';
import { CertificateError } from '../../../src/transport/x509/error.js';
import { SERVER_AUTH } from '../../../src/transport/x509/extensions.js';
import { hostNameProblem } from '../../../src/transport/x509/host-name.js';

let authority: Buffer;
let server: Buffer;

beforeAll(async () => {
  const issuer = await createAuthority({ commonName: 'etcd-ca', algorithm: 'ecdsa' });
  authority = new X509Certificate(issuer.cert).raw;
  const { cert } = await issue(issuer, {
    usage: 'server',
    commonName: 'common.example',
    organization: 'etcd',
    dnsNames: ['etcd.example', '*.wild.example', 'part*.example', 'not a host', 'under_score.example'],
    ips: ['127.0.0.1', '::1', '2001:db8::a'],
    notBefore: new Date('2026-01-02T03:04:05Z'),
    notAfter: new Date('2056-01-02T03:04:05Z'),
    algorithm: 'rsa',
  });
  server = new X509Certificate(cert).raw;
});

describe('a certificate', () => {
  test('is parsed', () => {
    expect(parseCertificate(server)).toMatchObject({
      version: 3,
      signatureAlgorithm: { name: 'ECDSA-SHA256', keyType: 'ECDSA', isInsecure: false },
      subject: { commonName: 'common.example', organization: 'etcd' },
      notBefore: Date.parse('2026-01-02T03:04:05Z'),
      notAfter: Date.parse('2056-01-02T03:04:05Z'),
      publicKey: { type: 'RSA', bits: 2048 },
      extensions: {
        dnsNames: ['etcd.example', '*.wild.example', 'part*.example', 'not a host', 'under_score.example'],
        extendedKeyUsages: expect.arrayContaining([SERVER_AUTH]),
        hasUnhandledCritical: false,
      },
    });
  });

  test('of a CA is parsed', () => {
    const { extensions, rawIssuer, rawSubject } = parseCertificate(authority);
    expect(extensions).toMatchObject({ basicConstraints: { isCa: true }, hasKeyCertSign: true });
    expect(rawIssuer.equals(rawSubject)).toBe(true);
  });

  test('has a subject that can be read without parsing the rest', () => {
    for (const der of [server, authority]) expect(subjectOf(der)).toEqual(parseCertificate(der).rawSubject);
  });

  test('that is cut anywhere is rejected', () => {
    for (let length = 0; length < server.length; length++) {
      expect(() => parseCertificate(server.subarray(0, length))).toThrow(CertificateError);
    }
  });

  test('with trailing data is rejected', () => {
    expect(() => parseCertificate(Buffer.concat([server, Buffer.of(0)]))).toThrow('x509: trailing data');
  });

  test('with one changed byte is parsed or rejected with a CertificateError', () => {
    for (let position = 0; position < server.length; position++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(server);
        changed[position] = (changed[position] ?? 0) ^ change;
        try {
          parseCertificate(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(CertificateError);
        }
      }
    }
  });
});

describe('the names in a certificate', () => {
  let certificate: Certificate;
  beforeAll(() => {
    certificate = parseCertificate(server);
  });

  test.each([
    'etcd.example',
    'ETCD.example',
    'etcd.example.',
    'a.wild.example',
    'a_b.wild.example',
    'under_score.example',
    'not a host',
    'NOT a host',
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '[::1]',
    '::1',
    '0:0:0:0:0:0:0:1',
    '2001:db8::a',
    '2001:0DB8:0::000a',
  ])('%s is valid', (host) => {
    expect(hostNameProblem(certificate, host)).toBeUndefined();
  });

  test.each([
    'example',
    'a.b.wild.example',
    'wild.example',
    '*.wild.example.com',
    'party.example',
    'etcd.example..',
    '',
    '.',
  ])('%s is not valid', (host) => {
    expect(hostNameProblem(certificate, host)).toBe(
      `x509: certificate is valid for etcd.example, *.wild.example, part*.example, not a host, under_score.example, not ${host}`,
    );
  });

  test.each(['127.0.0.2', '::2', 'fe80::1'])('the address %s is not valid', (host) => {
    expect(hostNameProblem(certificate, host)).toBe(
      `x509: certificate is valid for 127.0.0.1, ::1, 2001:db8::a, not ${host}`,
    );
  });

  test('do not include the common name', () => {
    const { rawSubjectAltName: _dropped, ...others } = certificate.extensions;
    const nameless = { ...certificate, extensions: { ...others, dnsNames: [], ipAddresses: [] } };
    expect(hostNameProblem(nameless, 'common.example')).toContain('relies on legacy Common Name field');
    expect(hostNameProblem(nameless, 'other.example')).toBe(
      'x509: certificate is not valid for any names, but wanted to match other.example',
    );
    expect(hostNameProblem(nameless, '10.0.0.1')).toContain("doesn't contain any IP SANs");
  });
});
