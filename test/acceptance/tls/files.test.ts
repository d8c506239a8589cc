/** Which TLS files and system roots are accepted, compared with the real etcdctl, on a real server. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe } from 'vitest';
import { CertificateLab, type CertificateRow } from '../../support/lab/certificate-table.js';
import { CA, type CertificateRequest, FUTURE, PAST, serverFor } from '../../support/openssl.js';

const pki = new CertificateLab();
let count = 0;

const read = (file: string) => readFileSync(file, 'latin1');
const write = (content: string | Uint8Array) => pki.ssl.write(`file${count++}`, content);

/** A row whose --cacert is the root's certificate file, changed line by line. */
function cacert(
  change: (lines: { begin: string; body: string[]; end: string; whole: string }) => string,
): CertificateRow {
  const whole = read(pki.root.cert);
  const [begin = '', ...rest] = whole.trimEnd().split('\n');
  const end = rest.pop() ?? '';
  return {
    ...pki.withChain([pki.leaf()], pki.root),
    cacert: write(change({ begin, body: rest, end, whole })),
  };
}

const joined = (...lines: readonly string[]) => `${lines.join('\n')}\n`;

describe('--cacert accepts', () => {
  pki.table(true, {
    'a blank line before the end': () => cacert(({ begin, body, end }) => joined(begin, ...body, '', end)),
    'a blank line in the middle': () =>
      cacert(({ begin, body, end }) => joined(begin, body[0] ?? '', '', ...body.slice(1), end)),
    'a blank behind the first line': () =>
      cacert(({ begin, body, end }) => joined(`${begin} `, ...body, end)),
    'a tab behind the first line': () => cacert(({ begin, body, end }) => joined(`${begin}\t`, ...body, end)),
    'blanks in the data': () =>
      cacert(({ begin, body, end }) => joined(begin, ...body.map((line) => `  ${line}\t`), end)),
    'a header': () => cacert(({ begin, body, end }) => joined(begin, 'name: lab', '', ...body, end)),
    'text before and behind': () => cacert(({ whole }) => `subject=CN = root\n\n${whole}\nand so on\n`),
    'the line ends of Windows': () => cacert(({ whole }) => whole.replaceAll('\n', '\r\n')),
    'no line end at the end': () => cacert(({ whole }) => whole.trimEnd()),
    'all data in one line': () => cacert(({ begin, body, end }) => joined(begin, body.join(''), end)),
    'a truncated block before a complete one': () =>
      cacert(({ begin, body, whole }) => joined(begin, ...body.slice(0, 2)) + whole),
    'a damaged block before a valid one': () =>
      cacert(({ begin, end, whole }) => joined(begin, '*', end) + whole),
    'a blank in the label': () => cacert(({ whole }) => whole.replaceAll('CERTIFICATE-', 'CERTIFICATE -')),
    "openssl's label TRUSTED CERTIFICATE": () =>
      cacert(({ whole }) => whole.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')),
    'the old label X509 CERTIFICATE': () =>
      cacert(({ whole }) => whole.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')),
    'a file that is a link': () => {
      const link = `${pki.root.cert}.${count++}.link`;
      symlinkSync(pki.root.cert, link);
      return { ...pki.withChain([pki.leaf()], pki.root), cacert: link };
    },
  });
});

describe('--cacert refuses', () => {
  pki.table(false, {
    'a private key': () => ({ ...pki.withChain([pki.leaf()], pki.root), cacert: pki.root.key }),
    'a private key behind a certificate': () => cacert(({ whole }) => whole + read(pki.root.key)),
    'a damaged certificate behind one': () =>
      cacert(({ begin, end, whole }) => whole + joined(begin, 'AAAA', end)),
    'a certificate with trailing data': () =>
      cacert(({ whole }) => {
        const der = Buffer.from(whole.replace(/-----.*-----/g, ''), 'base64');
        return joined(
          '-----BEGIN CERTIFICATE-----',
          Buffer.concat([der, Buffer.of(0)]).toString('base64'),
          '-----END CERTIFICATE-----',
        );
      }),
    'a certificate with a negative serial number': () => {
      const root = pki.authority('negative', { serialNumber: -5 });
      return { ...pki.withChain([pki.leaf({ issuer: root })], root), since: '3.6' };
    },
    'a missing file': () => ({ ...pki.withChain([pki.leaf()], pki.root), cacert: '/nowhere/ca.crt' }),
    'a folder': () => ({ ...pki.withChain([pki.leaf()], pki.root), cacert: pki.lab.folder }),
  });
});

/** A client certificate, issued by the server's authority. */
function ofClient(request: Partial<CertificateRequest> = {}) {
  const { pki: files } = pki.lab;
  const issuer = {
    name: 'lab',
    cert: files?.caCert ?? '',
    key: pki.ssl.write('lab-ca.key', files?.authority.key ?? ''),
  };
  return pki.ssl.issue({
    name: `client${count++}`,
    issuer,
    extensions: ['extendedKeyUsage=clientAuth'],
    ...request,
  });
}

const withClient = (client: CertificateRow['client']): CertificateRow => ({
  ...pki.withChain([pki.leaf()], pki.root),
  ...(client !== undefined && { client }),
});

/** A row whose client key file is rewritten by openssl in another format, or changed. */
function withKey(key: CertificateRequest['key'] & string, rewrite: (file: string) => string): CertificateRow {
  const client = ofClient({ key });
  return withClient({ cert: client.cert, key: write(rewrite(client.key)) });
}

const traditional = (kind: 'ec' | 'rsa') => (file: string) =>
  kind === 'ec' ? pki.ssl.run('ec', '-in', file) : pki.ssl.run('rsa', '-in', file, '-traditional');

const encrypted =
  (...options: readonly string[]) =>
  (file: string) =>
    pki.ssl.run('pkcs8', '-topk8', '-in', file, '-passout', 'pass:secret', ...options);

describe('--cert and --key accept', () => {
  pki.table(true, {
    'a key on P-256 in PKCS #8': () => withClient(ofClient()),
    'a key on P-256 in SEC 1': () => withKey('p256', traditional('ec')),
    'a key on P-256 in SEC 1, labelled as PKCS #8': () =>
      withKey('p256', (file) => traditional('ec')(file).replaceAll('EC PRIVATE KEY', 'PRIVATE KEY')),
    'a key on P-256 in PKCS #8, labelled as SEC 1': () =>
      withKey('p256', (file) => read(file).replaceAll('PRIVATE KEY', 'EC PRIVATE KEY')),
    'a key on P-256 behind its parameters': () =>
      withKey('p256', (file) => `${pki.ssl.run('ecparam', '-name', 'prime256v1')}${traditional('ec')(file)}`),
    'a key on P-384': () => withClient(ofClient({ key: 'p384' })),
    'a key on P-521': () => withClient(ofClient({ key: 'p521' })),
    'an Ed25519 key': () => withClient(ofClient({ key: 'ed25519' })),
    'an RSA key in PKCS #8': () => withClient(ofClient({ key: 'rsa2048' })),
    'an RSA key in PKCS #1': () => withKey('rsa2048', traditional('rsa')),
    'an RSA key in PKCS #1, labelled as PKCS #8': () =>
      withKey('rsa2048', (file) => traditional('rsa')(file).replaceAll('RSA PRIVATE KEY', 'PRIVATE KEY')),
    'an RSA key of 1024 bits': () => withClient(ofClient({ key: 'rsa1024' })),
    'a certificate whose key may not sign': () => ({
      ...withClient(ofClient({ extensions: ['keyUsage=keyEncipherment', 'extendedKeyUsage=clientAuth'] })),
      deliberateInExecutable: {
        why: 'BoringSSL demands the key usage digitalSignature',
        says: ' does not allow its key to sign, ',
      },
    }),
    'a key with a blank behind its first line': () =>
      withKey('p256', (file) => read(file).replace('\n', ' \n')),
    'a key with the line ends of Windows': () =>
      withKey('p256', (file) => read(file).replaceAll('\n', '\r\n')),
    'a key behind its certificate': () => {
      const { cert, key } = ofClient();
      const both = write(read(cert) + read(key));
      return withClient({ cert: both, key: both });
    },
    'a certificate with a blank line before its end': () => {
      const { cert, key } = ofClient();
      return withClient({ cert: write(read(cert).replace('\n-----END', '\n\n-----END')), key });
    },
    'a certificate with the intermediate that has issued it': () => {
      const between = ofClient({ extensions: CA });
      const client = ofClient({ issuer: between });
      return withClient({ cert: pki.ssl.chain(`client${count++}`, client, between), key: client.key });
    },
  });
});

describe('the program or the server refuses as --cert and --key', () => {
  pki.table(false, {
    'no certificate': () => ({
      ...withClient('none'),
      reason: 'the server requires a client certificate: give --cert and --key',
    }),
    'a certificate of another authority': () => ({
      ...withClient(pki.leaf({ extensions: ['extendedKeyUsage=clientAuth'] })),
      reason: /does not accept the client certificate|after the TLS handshake/,
    }),
    'a certificate for servers alone': () =>
      withClient(ofClient({ extensions: ['extendedKeyUsage=serverAuth'] })),
    'a certificate that has expired': () => withClient(ofClient({ validity: PAST })),
    'a certificate that is not valid yet': () => withClient(ofClient({ validity: FUTURE })),
    'a certificate signed with SHA-1': () => withClient(ofClient({ digest: 'sha1' })),
    'a certificate without the intermediate that has issued it': () =>
      withClient(ofClient({ issuer: ofClient({ extensions: CA }) })),
    'a key of another certificate': () =>
      withClient({ cert: ofClient().cert, key: pki.ssl.key('p256', `other${count++}`) }),
    'a key of another algorithm': () => withClient({ cert: ofClient().cert, key: pki.ssl.key('rsa2048') }),
    'an encrypted key': () => withKey('p256', encrypted()),
    'an encrypted key in PKCS #1': () =>
      withKey('rsa2048', (file) =>
        pki.ssl.run('rsa', '-in', file, '-traditional', '-aes128', '-passout', 'pass:secret'),
      ),
    'a key that is damaged': () => withKey('p256', (file) => read(file).replace(/\n.{8}/, '\nAAAAAAAA')),
    'a certificate as key': () => {
      const { cert } = ofClient();
      return withClient({ cert, key: cert });
    },
    'both swapped': () => {
      const { cert, key } = ofClient();
      return withClient({ cert: key, key: cert });
    },
    'files without PEM': () => withClient({ cert: write('nothing'), key: write('nothing') }),
  });
});

describe("the system's root certificates are", () => {
  const withoutCa = (env: Record<string, string>, flags: readonly string[] = []): CertificateRow => {
    const { server } = pki.withChain([pki.leaf()], pki.root);
    return { server, env, flags };
  };
  const NONE = '/nowhere';
  const folderOf = (...files: readonly string[]) => {
    const folder = pki.ssl.path(`folder${count++}`);
    mkdirSync(folder);
    for (const [index, file] of files.entries()) symlinkSync(file, `${folder}/${index}.pem`);
    return folder;
  };
  describe('trusted', () => {
    pki.table(true, {
      'in SSL_CERT_FILE': () => withoutCa({ SSL_CERT_FILE: pki.root.cert }),
      'in SSL_CERT_DIR': () => withoutCa({ SSL_CERT_DIR: folderOf(pki.root.cert) }),
      'in the second folder of SSL_CERT_DIR': () =>
        withoutCa({ SSL_CERT_DIR: `${NONE}:${folderOf(pki.root.cert)}` }),
      'in SSL_CERT_FILE, behind a private key and a damaged certificate': () =>
        withoutCa({
          SSL_CERT_FILE: write(
            `${read(pki.root.key)}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${read(pki.root.cert)}`,
          ),
        }),
      'or are not needed with --insecure-skip-tls-verify': () =>
        withoutCa({ SSL_CERT_FILE: NONE, SSL_CERT_DIR: NONE }, ['--insecure-skip-tls-verify']),
      'or are not needed with --cacert': () => ({
        ...pki.withChain([pki.leaf()], pki.root),
        env: { SSL_CERT_FILE: NONE, SSL_CERT_DIR: NONE },
      }),
    });
  });
  describe('not trusted', () => {
    pki.table(false, {
      'as those of another authority': () => ({
        ...withoutCa({}),
        reason: 'is signed by an unknown authority, CN=root: give its CA with --cacert',
      }),
      'where SSL_CERT_FILE is not there': () => withoutCa({ SSL_CERT_FILE: NONE, SSL_CERT_DIR: NONE }),
      'where SSL_CERT_FILE is empty': () => withoutCa({ SSL_CERT_FILE: write(''), SSL_CERT_DIR: NONE }),
      'where SSL_CERT_FILE is a folder': () =>
        withoutCa({ SSL_CERT_FILE: pki.lab.folder, SSL_CERT_DIR: NONE }),
      'in NODE_EXTRA_CA_CERTS': () => withoutCa({ NODE_EXTRA_CA_CERTS: pki.root.cert }),
      'with NODE_TLS_REJECT_UNAUTHORIZED=0': () => withoutCa({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
      'with a label of another kind': () =>
        withoutCa({
          SSL_CERT_FILE: write(read(pki.root.cert).replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')),
          SSL_CERT_DIR: NONE,
        }),
    });
  });
});

describe('--insecure-skip-tls-verify', () => {
  const unverified = (row: CertificateRow): CertificateRow => ({
    ...row,
    flags: ['--insecure-skip-tls-verify'],
  });
  pki.table(true, {
    'accepts another root': () => unverified(pki.withChain([pki.leaf({ issuer: undefined })], pki.root)),
    'accepts another host': () =>
      unverified(pki.withChain([pki.leaf({ extensions: serverFor('DNS:other') })], pki.root)),
    'accepts an expired certificate': () =>
      unverified(pki.withChain([pki.leaf({ validity: PAST })], pki.root)),
    'accepts a certificate for clients': () =>
      unverified(pki.withChain([pki.leaf({ extensions: ['extendedKeyUsage=clientAuth'] })], pki.root)),
    'needs no authorities': () => {
      const { cacert: _unused, ...row } = pki.withChain([pki.leaf()], pki.root);
      return unverified(row);
    },
    'takes an empty --cacert': () => ({
      ...unverified(pki.withChain([pki.leaf()], pki.root)),
      cacert: write(''),
    }),
  });
});
