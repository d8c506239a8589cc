/**
 * Which keys, signatures and names of servers are accepted, compared with the real etcdctl, on a real server whose certificate each row
 * replaces.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { DnsServer } from '../../support/dns-server.js';
import { CertificateLab, type CertificateRow, canMount } from '../../support/lab/certificate-table.js';
import {
  CA,
  type CertificateRequest,
  hasOpenssl,
  type Issued,
  type KeyKind,
  serverFor,
} from '../../support/openssl.js';

const pki = new CertificateLab();
/** An address of the loopback network that no other program uses. */
const NAME_SERVER = '127.53.53.53';
let count = 0;

function ofKey(key: KeyKind, request: Partial<CertificateRequest> = {}): CertificateRow {
  return pki.withChain([pki.leaf({ key, ...request })], pki.root);
}

/** A row whose server certificate is issued by a root with this key, with the given digest and options. */
function underRoot(key: KeyKind, request: Partial<CertificateRequest> = {}): CertificateRow {
  const root = pki.authority(`root${count++}`, { key, ...(key === 'ed25519' && { digest: 'none' }) });
  return pki.withChain([pki.leaf({ issuer: root, ...request })], root);
}

const pss = (hash: string, saltBytes: number) => [
  ...['-sigopt', 'rsa_padding_mode:pss', '-sigopt', `rsa_pss_saltlen:${saltBytes}`],
  ...['-sigopt', `rsa_mgf1_md:${hash}`],
];

describe('the client accepts a server', () => {
  pki.table(true, {
    'with a key on P-256': () => ofKey('p256'),
    'with a key on P-384': () => ofKey('p384'),
    'with a key on P-521, as etcd makes for --auto-tls': () => ofKey('p521'),
    'with an Ed25519 key': () => ofKey('ed25519'),
    'with an RSA key of 1024 bits': () => ofKey('rsa1024'),
    'with an RSA key of 2048 bits': () => ofKey('rsa2048'),
    'with an RSA key of 4096 bits': () => ofKey('rsa4096'),
    'under a root with an RSA key of 1024 bits': () => underRoot('rsa1024'),
    'under a root with an RSA key of 2048 bits': () => underRoot('rsa2048'),
    'under a root on P-224': () => underRoot('p224'),
    'under a root on P-384': () => underRoot('p384', { digest: 'sha384' }),
    'under a root on P-521': () => underRoot('p521', { digest: 'sha512' }),
    'under a root with an Ed25519 key': () => underRoot('ed25519', { digest: 'none' }),
    'signed with SHA-384 and RSA': () => underRoot('rsa2048', { digest: 'sha384' }),
    'signed with SHA-512 and RSA': () => underRoot('rsa2048', { digest: 'sha512' }),
    'signed with RSA-PSS and SHA-256': () => underRoot('rsa2048', { options: pss('sha256', 32) }),
    'signed with RSA-PSS and SHA-512': () =>
      underRoot('rsa2048', { digest: 'sha512', options: pss('sha512', 64) }),
    'under a root whose own signature uses SHA-1': () => {
      const root = pki.authority('sha1-root', { key: 'rsa2048', digest: 'sha1' });
      return pki.withChain([pki.leaf({ issuer: root })], root);
    },
    'signed with SHA-1, when it is trusted itself': () => {
      const server = pki.leaf({ digest: 'sha1' });
      return pki.withChain([server], server);
    },
    'signed with SHA-1, when nothing is verified': () => ({
      ...ofKey('p256', { digest: 'sha1' }),
      flags: ['--insecure-skip-tls-verify'],
    }),
  });
});

describe('the client refuses a server', () => {
  pki.table(false, {
    'signed with SHA-1 and ECDSA': () => ofKey('p256', { digest: 'sha1' }),
    'signed with SHA-1 and RSA': () => underRoot('rsa2048', { digest: 'sha1' }),
    'signed with MD5 and RSA': () => underRoot('rsa2048', { digest: 'md5' }),
    'signed with SHA-224, which Go does not know': () => ofKey('p256', { digest: 'sha224' }),
    'signed with RSA-PSS and a salt of another length': () =>
      underRoot('rsa2048', { options: pss('sha256', 20) }),
    'under a root with an RSA key of 512 bits': () => ({ ...underRoot('rsa512'), since: '3.6' }),
    'under an intermediate that was signed with SHA-1': () => {
      const between = pki.authority('sha1-between', { issuer: pki.root, digest: 'sha1' });
      return pki.withChain([pki.leaf({ issuer: between }), between], pki.root);
    },
    'under a root on a curve that Go does not know': () => underRoot('secp256k1'),
  });
});

const named = (host: string, ...names: readonly string[]): CertificateRow => ({
  ...pki.withChain([pki.leaf({ extensions: serverFor(...names) })], pki.root),
  host,
});

describe('the certificate matches the name', () => {
  pki.table(true, {
    'of an address': () => named('127.0.0.1', 'IP:127.0.0.1'),
    'of an address among others': () => named('127.0.0.1', 'DNS:x', 'IP:::1', 'IP:10.0.0.1', 'IP:127.0.0.1'),
    'of an IPv4 address that is written as an IPv6 address': () =>
      named('[::ffff:127.0.0.1]', 'IP:127.0.0.1'),
    'of an IPv4 address that is written in hexadecimal': () => named('[::ffff:7f00:1]', 'IP:127.0.0.1'),
    'of an IPv4 address that is written at full length': () =>
      named('[0:0:0:0:0:FFFF:7F00:0001]', 'IP:127.0.0.1'),
    'of a host': () => named('localhost', 'DNS:localhost'),
    'of a host in capitals': () => named('LOCALHOST', 'DNS:localhost'),
    'of a host in capitals, in the certificate': () => named('localhost', 'DNS:LocalHost'),
  });
});

describe('the certificate does not match the name', () => {
  pki.table(false, {
    'of another address': () => ({
      ...named('127.0.0.1', 'IP:127.0.0.2', 'DNS:localhost'),
      reason: 'not valid for 127.0.0.1, only for DNS:localhost, IP:127.0.0.2',
    }),
    'of an address, as a host name': () => named('127.0.0.1', 'DNS:127.0.0.1'),
    'of an address, when it has no addresses': () => ({
      ...named('127.0.0.1', 'DNS:localhost'),
      reason: 'not valid for 127.0.0.1, only for DNS:localhost',
    }),
    'of a host, when it has only other host names': () => named('localhost', 'DNS:other', 'DNS:*.localhost'),
    'of a host, when it has only addresses': () => ({
      ...named('localhost', 'IP:127.0.0.1'),
      reason: 'not valid for localhost, only for IP:127.0.0.1',
    }),
    'of a host, when it has only the wildcard *': () => named('localhost', 'DNS:*'),
    'of a host, with a final dot in the certificate': () => named('localhost', 'DNS:localhost.'),
    'of a host, as a URI': () => named('localhost', 'URI:https://localhost'),
    'of a host, when only the common name has it': () => ({
      ...pki.withChain(
        [pki.leaf({ subject: '/CN=localhost', extensions: ['basicConstraints=CA:FALSE'] })],
        pki.root,
      ),
      host: 'localhost',
    }),
    'of an address, when only the common name has it': () => ({
      ...pki.withChain(
        [pki.leaf({ subject: '/CN=127.0.0.1', extensions: ['basicConstraints=CA:FALSE'] })],
        pki.root,
      ),
      reason: 'not valid for 127.0.0.1: it has no subject alternative names',
    }),
    'of an address, when it has no names': () =>
      pki.withChain([pki.leaf({ extensions: ['basicConstraints=CA:FALSE'] })], pki.root),
  });
});

const HOSTS = [
  ...['m1.internal', 'm1.lab.example', 'a.b.lab.example', 'lab.example', 'm_1.lab.example'],
  ...['m1.my_net.example', 'x--1.lab.example', 'M2.Lab.Example', '1.lab.example'],
];

/** A row with a host name from /etc/hosts. */
const atHost = (host: string, ...names: readonly string[]): CertificateRow => ({
  ...named(host, ...names),
  mounts: { '/etc/hosts': pki.ssl.write('hosts', `127.0.0.1 localhost ${HOSTS.join(' ')}\n`) },
});

describe('with host names from /etc/hosts, the certificate matches by', () => {
  pki.table(
    true,
    {
      'a wildcard of a single label': () => atHost('m1.internal', 'DNS:*.internal'),
      'a wildcard': () => atHost('m1.lab.example', 'DNS:*.lab.example'),
      'a wildcard in capitals': () => atHost('M2.Lab.Example', 'DNS:*.LAB.example'),
      'a wildcard for a name with an underscore': () => atHost('m_1.lab.example', 'DNS:*.lab.example'),
      'a wildcard with an underscore': () => atHost('m1.my_net.example', 'DNS:*.my_net.example'),
      'a wildcard for a number': () => atHost('1.lab.example', 'DNS:*.lab.example'),
      'a wildcard for two hyphens': () => atHost('x--1.lab.example', 'DNS:*.lab.example'),
      'a name with a final dot': () => atHost('m1.lab.example.', 'DNS:m1.lab.example'),
    },
    canMount,
  );
});

describe('with host names from /etc/hosts, the certificate does not match by', () => {
  pki.table(
    false,
    {
      'a wildcard for two labels': () => atHost('a.b.lab.example', 'DNS:*.lab.example'),
      'a wildcard for no label': () => atHost('lab.example', 'DNS:*.lab.example'),
      'a wildcard for a part of a label': () => atHost('m1.lab.example', 'DNS:m*.lab.example'),
      'a wildcard in the middle': () => atHost('m1.lab.example', 'DNS:m1.*.example'),
      'two wildcards': () => atHost('m1.lab.example', 'DNS:*.*.example'),
      'another name': () => atHost('m1.internal', 'DNS:m2.internal'),
    },
    canMount,
  );
});

describe('with endpoints from SRV records,', () => {
  let dns: DnsServer | undefined;
  beforeAll(async () => {
    if (!hasOpenssl || !canMount) return;
    const port = Number(new URL(pki.lab.cluster.endpoints[0] ?? '').port);
    dns = await DnsServer.start(
      NAME_SERVER,
      { '_etcd-client-ssl._tcp.lab.example': { host: 'm1.lab.example', port } },
      { 'm1.lab.example': '127.0.0.1' },
    );
  });
  afterAll(() => dns?.stop());

  const discovered = (flags: readonly string[], ...names: readonly string[]): CertificateRow => ({
    ...named('m1.lab.example', ...names),
    discovery: ['--discovery-srv=lab.example', ...flags],
    mounts: { '/etc/resolv.conf': pki.ssl.write('resolv.conf', `nameserver ${NAME_SERVER}\n`) },
  });
  pki.table(
    true,
    {
      'a server whose certificate has its own name is accepted': () => discovered([], 'DNS:m1.lab.example'),
      'a server whose certificate has a wildcard of the domain is accepted': () =>
        discovered([], 'DNS:*.lab.example'),
      'a server whose certificate has its own name is accepted with --insecure-discovery=false': () =>
        discovered(['--insecure-discovery=false'], 'DNS:m1.lab.example'),
    },
    canMount,
  );
  pki.table(
    false,
    {
      'a server whose certificate has only the name of the domain is refused': () =>
        discovered([], 'DNS:lab.example'),
      'a server whose certificate has only the name of the domain is refused with --insecure-discovery=false':
        () => discovered(['--insecure-discovery=false'], 'DNS:lab.example'),
    },
    canMount,
  );
});

describe('over TLS 1.2', () => {
  const old = new CertificateLab({ extraArgs: ['--tls-max-version=TLS1.2'] });
  const ofOld = (key: KeyKind, issuer?: Issued) =>
    old.withChain([old.leaf({ key, ...(issuer && { issuer }) })], old.root);
  old.table(true, {
    'a key on P-256 is accepted': () => ofOld('p256'),
    'a key on P-521 is accepted': () => ofOld('p521'),
    'an Ed25519 key is accepted': () => ofOld('ed25519'),
    'an RSA key of 2048 bits is accepted': () => ofOld('rsa2048'),
    'an RSA key of 1024 bits is accepted': () => ofOld('rsa1024'),
  });
  old.table(false, {
    'another root is refused': () => ofOld('p256', old.authority('other', { key: 'p384', extensions: CA })),
  });
});
