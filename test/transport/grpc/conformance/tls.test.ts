import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TlsOptions as TlsServerOptions,
} from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAuthority, createPki, issue, type Pki, writePair } from '../../../../scripts/lib/pki.mjs';
import type { Client } from '../../../../src/model/services.js';
import type { TlsOptions } from '../../../../src/transport/connection.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { systemRoots } from '../../../../src/transport/tls/system-roots.js';
import { parseCertificate } from '../../../../src/transport/x509/certificate.js';
import { FakeEtcd, type ServerPair, unary } from '../../../support/grpc/fake-etcd.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

const day = 24 * 60 * 60 * 1000;
const dir = mkdtempSync(path.join(tmpdir(), 'transport-tls-'));
let pki: Pki;
/** Server certificates by their special property. */
const pairs: Record<string, ServerPair> = {};
const file = (name: string) => path.join(dir, name);

beforeAll(async () => {
  pki = await createPki(dir, { algorithm: 'ecdsa' });
  const { authority } = pki;
  const request = { usage: 'server', algorithm: 'ecdsa' } as const;
  const stranger = await createAuthority({ commonName: 'stranger', algorithm: 'ecdsa' });
  pairs.good = await issue(authority, {
    ...request,
    commonName: 'good',
    ips: ['127.0.0.1', '::1'],
    dnsNames: ['localhost'],
  });
  pairs.otherHost = await issue(authority, {
    ...request,
    commonName: '127.0.0.1',
    ips: ['10.0.0.1'],
    dnsNames: ['etcd.example'],
  });
  pairs.nameless = await issue(authority, { ...request, commonName: '127.0.0.1' });
  pairs.expired = await issue(authority, {
    ...request,
    commonName: 'expired',
    ips: ['127.0.0.1'],
    notBefore: new Date(Date.now() - 2 * day),
    notAfter: new Date(Date.now() - day),
  });
  pairs.strange = await issue(stranger, { ...request, commonName: 'strange', ips: ['127.0.0.1'] });
  pairs.mutual = { ...pairs.good, clientCa: authority.cert };
  writePair(dir, 'stranger-client', await issue(stranger, { ...request, usage: 'client', commonName: 'x' }));
  writeFileSync(file('empty.pem'), '');
  writeFileSync(file('damaged.crt'), pki.authority.cert.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
});

afterAll(() => rmSync(dir, { recursive: true }));

const warnings: string[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);
let server: FakeEtcd | undefined;
let client: Client | undefined;

beforeEach(() => {
  process.on('warning', onWarning);
});

afterEach(() => {
  client?.close();
  client = undefined;
  server?.stop();
  server = undefined;
  process.off('warning', onWarning);
  // An IP address as TLS server name would cause a warning (DEP0123).
  expect(warnings.splice(0)).toEqual([]);
});

interface Setting {
  readonly pair?: string;
  readonly host?: string;
  readonly endpoint?: (port: number) => string;
  readonly tls?: Partial<TlsOptions>;
  /** Half a second when absent: enough for a call that fails, which waits for its deadline. */
  readonly callTimeoutMs?: number;
}

/** For calls that succeed, on a machine that is busy with other things. */
const patient = { callTimeoutMs: 20_000 };

/** Calls a server with the certificate. `caFile` is set unless the test overrides it. */
async function call({ pair = 'good', host, endpoint, tls, callTimeoutMs = 500 }: Setting): Promise<unknown> {
  const handlers = { 'KV/Range': unary(() => ({ count: 1n })) };
  const options = pair === 'none' ? {} : { tls: pairs[pair] as ServerPair };
  server = await FakeEtcd.start(handlers, { ...options, ...(host && { host }) });
  client = await connect(
    connectionOptions([(endpoint ?? ((port) => `https://127.0.0.1:${port}`))(server.port)], {
      callTimeoutMs,
      tls: { insecureTransport: true, insecureSkipVerify: false, caFile: pki.caCert, ...tls },
    }),
  );
  return client.kv.range({ key: bytes('k') });
}

describe('servers that are trusted', () => {
  test.each<[string, Setting]>([
    ['by IPv4 address', {}],
    ['by IPv6 address', { host: '[::1]', endpoint: (port) => `https://[::1]:${port}` }],
    ['by name', { endpoint: (port) => `https://localhost:${port}` }],
    ['without a scheme, for there are TLS flags', { endpoint: (port) => `127.0.0.1:${port}` }],
    ['by the server name given', { pair: 'otherHost', tls: { serverName: 'etcd.example' } }],
    ['unverified', { pair: 'strange', tls: { insecureSkipVerify: true } }],
    [
      'unverified, without a scheme or a CA',
      { endpoint: (port) => `127.0.0.1:${port}`, tls: { insecureSkipVerify: true, caFile: '' } },
    ],
    ['plaintext, for http:// drops TLS', { pair: 'none', endpoint: (port) => `http://127.0.0.1:${port}` }],
  ])('%s', async (_name, setting) => {
    expect(await call({ ...patient, ...setting })).toMatchObject({ count: 1n });
  });

  test('with a client certificate', async () => {
    const { cert: certFile, key: keyFile } = pki.client;
    expect(await call({ ...patient, pair: 'mutual', tls: { certFile, keyFile } })).toMatchObject({
      count: 1n,
    });
  });
});

const TIMES = /\d{4}-\d\d-\d\d(?:T[\d:]+Z| [\d:]+ UTC)/g;

describe('servers that are not trusted: the call waits for its deadline and says why', () => {
  const failed = 'tls: failed to verify certificate: x509:';
  const unknownAuthority = `the server's certificate is signed by an unknown authority, CN=etcd-ca: give its CA with --cacert (${failed} certificate signed by unknown authority)`;
  const otherAuthority = `the server's certificate is signed by an unknown authority, CN=stranger; ${file('ca.crt')} has CN=etcd-ca (SHA-256 DIGEST): give the right CA with --cacert (${failed} certificate signed by unknown authority)`;
  test.each<[string, Setting, string]>([
    [
      'another host',
      { pair: 'otherHost' },
      `the server's certificate is not valid for 127.0.0.1, only for DNS:etcd.example, IP:10.0.0.1: use one of these names in the endpoint (${failed} certificate is valid for 10.0.0.1, not 127.0.0.1)`,
    ],
    [
      'another host than the server name given',
      { tls: { serverName: 'etcd.example' } },
      `the server's certificate is not valid for etcd.example, only for DNS:localhost, IP:127.0.0.1, IP:::1: use one of these names in the endpoint (${failed} certificate is valid for localhost, not etcd.example)`,
    ],
    [
      'a common name alone',
      { pair: 'nameless' },
      `the server's certificate is not valid for 127.0.0.1: it has no subject alternative names (${failed} certificate relies on legacy Common Name field, use SANs instead)`,
    ],
    [
      'expired',
      { pair: 'expired' },
      `the server's certificate has expired on TIME: renew it (${failed} certificate has expired or is not yet valid: current time TIME is after TIME)`,
    ],
    ['another authority', { pair: 'strange' }, otherAuthority],
    ["the system's authorities, for no CA is given", { tls: { caFile: '' } }, unknownAuthority],
    [
      'TLS because of --insecure-transport=false',
      { endpoint: (port) => `127.0.0.1:${port}`, tls: { caFile: '', insecureTransport: false } },
      unknownAuthority,
    ],
    [
      'it wants a client certificate',
      { pair: 'mutual' },
      'the server requires a client certificate: give --cert and --key (remote error: tls: certificate required)',
    ],
    [
      'TLS to plaintext',
      { pair: 'none' },
      'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener (tls: first record does not look like a TLS handshake)',
    ],
    [
      'plaintext to TLS',
      { endpoint: (port) => `http://127.0.0.1:${port}` },
      'the server speaks TLS: use https:// (EOF)',
    ],
  ])('%s', async (_name, setting, why) => {
    const error = await rejection(call(setting));
    expect(error.message).toBe('context deadline exceeded');
    const [reason] = error.reasons as string[];
    expect(
      reason
        ?.slice(reason.indexOf(': ') + 2)
        .replace(TIMES, 'TIME')
        .replace(/SHA-256 [0-9A-F:]{95}/, 'SHA-256 DIGEST'),
    ).toBe(why);
  });

  test('a client certificate of an unknown CA', async () => {
    const tls = { certFile: file('stranger-client.crt'), keyFile: file('stranger-client.key') };
    const error = await rejection(call({ pair: 'mutual', tls }));
    expect(error.reasons).toEqual([
      `https://127.0.0.1:${server?.port}: the server closes each connection after the TLS handshake: it may be a proxy without a server behind it, or expect another client certificate (EOF)`,
    ]);
  });
});

describe('what is offered to the server', () => {
  let raw: TlsServer | undefined;
  afterEach(() => raw?.close());

  /** Calls a TLS server that is no gRPC server. Resolves with the error. */
  async function callRaw(options: TlsServerOptions, tls: Partial<TlsOptions>, host = '127.0.0.1') {
    raw = createTlsServer({ ...pairs.good, ...options }, (socket) => socket.on('error', () => {}));
    raw.on('tlsClientError', () => {});
    raw.listen(0, '127.0.0.1');
    await once(raw, 'listening');
    const endpoint = `https://${host}:${(raw.address() as AddressInfo).port}`;
    const trusted = { insecureTransport: true, insecureSkipVerify: false, caFile: pki.caCert, ...tls };
    client = await connect(connectionOptions([endpoint], { callTimeoutMs: 500, tls: trusted }));
    return rejection(client.kv.range({ key: bytes('k') }));
  }

  const noHttp2 =
    'the server does not offer HTTP/2 (ALPN h2): check that this is the client port of etcd, not a proxy';
  test.each<[string, TlsServerOptions, string]>([
    [
      'selects no protocol',
      {},
      `${noHttp2} (credentials: cannot check peer: missing selected ALPN property)`,
    ],
    [
      'has only HTTP/1.1',
      { ALPNProtocols: ['http/1.1'] },
      `${noHttp2} (remote error: tls: no application protocol)`,
    ],
  ])('only h2: a server that %s is not used', async (_name, options, why) => {
    const error = await callRaw(options, {});
    expect(error.message).toBe('context deadline exceeded');
    const [reason] = error.reasons as string[];
    expect(reason?.slice(reason.indexOf(': ') + 2)).toBe(why);
  });

  test.each<[string, Partial<TlsOptions>, string | false]>([
    ['127.0.0.1', {}, false],
    ['localhost', {}, 'localhost'],
    ['127.0.0.1', { serverName: 'etcd.example' }, 'etcd.example'],
  ])('the name of %s with %j is %j', async (host, tls, expected) => {
    const names: unknown[] = [];
    await callRaw(
      {
        ALPNCallback: ({ servername }) => {
          names.push(servername || false);
          return undefined;
        },
      },
      tls,
      host,
    );
    expect(names[0]).toBe(expected);
  });
});

describe('unusable files are reported before connecting', () => {
  const good = { certFile: 'healthcheck-client.crt', keyFile: 'healthcheck-client.key' };
  test.each<[string, Partial<TlsOptions>, string, string]>([
    [
      'no CA file',
      { caFile: 'nowhere' },
      'open DIR/nowhere: no such file or directory',
      'the TLS file DIR/nowhere cannot be read: there is no such file: check --cacert',
    ],
    [
      'a folder',
      { caFile: '.' },
      'read DIR: is a directory',
      'the TLS file DIR cannot be read: it is a directory; a PEM file is needed: check --cacert',
    ],
    [
      'an empty CA file',
      { caFile: 'empty.pem' },
      'no certificate in DIR/empty.pem',
      "DIR/empty.pem holds no PEM certificate: --cacert needs the authority that signed the server's",
    ],
    [
      'a damaged CA',
      { caFile: 'damaged.crt' },
      'x509: malformed certificate',
      'the certificate in DIR/damaged.crt is damaged',
    ],
    [
      'a key as CA',
      { caFile: 'ca.key' },
      'x509: malformed tbs certificate',
      'DIR/ca.key contains a block "EC PRIVATE KEY" instead of a certificate',
    ],
    [
      'a certificate without key',
      { certFile: 'server.crt' },
      'KeyFile and CertFile must both be present[key: , cert: DIR/server.crt]',
      '--cert and --key must be used together: --key is missing',
    ],
    [
      'a key without certificate',
      { keyFile: 'server.key' },
      'KeyFile and CertFile must both be present[key: DIR/server.key, cert: ]',
      '--cert and --key must be used together: --cert is missing',
    ],
    [
      'no key file',
      { ...good, keyFile: 'nowhere' },
      'open DIR/nowhere: no such file or directory',
      'the TLS file DIR/nowhere cannot be read: there is no such file: check --key',
    ],
    [
      "another's key",
      { ...good, keyFile: 'server.key' },
      'tls: private key does not match public key',
      'the key in DIR/server.key does not match the certificate in DIR/healthcheck-client.crt: use a matching pair',
    ],
    [
      'an empty certificate',
      { ...good, certFile: 'empty.pem' },
      'tls: failed to find any PEM data in certificate input',
      'DIR/empty.pem holds no PEM certificate: --cert needs one',
    ],
    [
      'an empty key',
      { ...good, keyFile: 'empty.pem' },
      'tls: failed to find any PEM data in key input',
      'DIR/empty.pem holds no PEM private key: --key needs one',
    ],
    [
      'both swapped',
      { certFile: good.keyFile, keyFile: good.certFile },
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
      'DIR/healthcheck-client.key holds a private key: are --cert and --key swapped?',
    ],
    [
      'a certificate as key',
      { ...good, keyFile: good.certFile },
      'tls: found a certificate rather than a key in the PEM for the private key',
      'DIR/healthcheck-client.crt holds no PEM private key: --key needs one',
    ],
  ])('%s', async (_name, files, message, reason) => {
    const tls = Object.fromEntries(
      Object.entries(files).map(([flag, name]) => [flag, path.join(dir, String(name))]),
    );
    const options = connectionOptions(['https://127.0.0.1:1'], {
      tls: { insecureTransport: true, insecureSkipVerify: false, ...tls },
    });
    // Nothing listens there, but the error is that of the files.
    const error = await rejection(
      connect(options).then((connected) => {
        client = connected;
        return connected.kv.range({ key: bytes('k') });
      }),
    );
    expect(error).toMatchObject({ name: 'UsageError', kind: 'arguments' });
    expect(error.message.replaceAll(dir, 'DIR')).toBe(message);
    expect(String(error.reasons).replaceAll(dir, 'DIR')).toBe(reason);
    expect(JSON.stringify([error, error.cause, error.stack])).not.toMatch(/PRIVATE KEY-----/);
  });

  test('even when the endpoint does not use TLS', async () => {
    const tls = { insecureTransport: true, insecureSkipVerify: false, caFile: file('nowhere') };
    await expect(connect(connectionOptions(['http://a:1'], { tls }))).rejects.toThrow(
      'no such file or directory',
    );
  });

  test('but an empty CA file is accepted without verification', async () => {
    expect(
      await call({ ...patient, tls: { caFile: file('empty.pem'), insecureSkipVerify: true } }),
    ).toMatchObject({
      count: 1n,
    });
  });
});

const places = (...bundles: string[]) => ({ bundles, folders: [] });

test("the system's roots are those of the first bundle that exists", async () => {
  const found = await systemRoots({}, places(file('nowhere'), pki.caCert, file('empty.pem')));
  expect(found.has(parseCertificate(new X509Certificate(pki.authority.cert).raw))).toBe(true);
  expect(found.size).toBe(1);
});

test.runIf(process.platform === 'linux')('without system roots, no server is trusted', async () => {
  expect((await systemRoots({}, places(file('nowhere')))).size).toBe(0);
});

test('a user can set other paths of the system roots, a file or directories', async () => {
  const folder = file('authorities');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'a.pem'), pki.authority.cert);
  symlinkSync('a.pem', path.join(folder, 'b.pem'));
  writeFileSync(path.join(folder, 'README'), 'none here');
  expect((await systemRoots({ file: pki.caCert, folders: [] })).size).toBe(1);
  expect((await systemRoots({ folders: [file('nowhere'), folder] }, places(file('nowhere')))).size).toBe(1);
  expect((await systemRoots({ file: file('nowhere'), folders: [folder] })).size).toBe(1);
  expect(await call({ ...patient, tls: { caFile: '', systemRoots: { file: pki.caCert } } })).toMatchObject({
    count: 1n,
  });
});

test.each([
  ['that is not there', () => ({ file: file('nowhere'), folders: [] })],
  ['that is empty', () => ({ file: file('empty.pem'), folders: [] })],
])('with a system roots file %s, no server is trusted', async (_name, systemRoots) => {
  await expect(call({ tls: { caFile: '', systemRoots: systemRoots() } })).rejects.toThrow(
    'context deadline exceeded',
  );
});

test('NODE_TLS_REJECT_UNAUTHORIZED has no effect', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  try {
    await expect(call({ pair: 'strange' })).rejects.toThrow('context deadline exceeded');
  } finally {
    vi.unstubAllEnvs();
  }
  expect(warnings.splice(0)).toEqual([expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED')]);
});
