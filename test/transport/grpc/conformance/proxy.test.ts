import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPki, issue, type Pki } from '../../../../scripts/lib/pki.mjs';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { ConnectProxy } from '../../../support/grpc/connect-proxy.js';
import { FakeEtcd, type ServerPair, unary } from '../../../support/grpc/fake-etcd.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

const folder = mkdtempSync(path.join(tmpdir(), 'transport-proxy-'));
let pki: Pki;
let pair: ServerPair;
let server: FakeEtcd;
let proxy: ConnectProxy | undefined;
let client: Client | undefined;

beforeAll(async () => {
  pki = await createPki(folder, { algorithm: 'ecdsa' });
  pair = await issue(pki.authority, {
    usage: 'server',
    algorithm: 'ecdsa',
    commonName: 'etcd',
    dnsNames: ['etcd.example'],
  });
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  client?.close();
  await proxy?.close();
  server.stop();
});

interface Setting {
  readonly tls?: ServerPair;
  readonly status?: number;
  /** Of the proxy. */
  readonly proxyTls?: ServerPair;
  /** File of the system's authorities. */
  readonly trusted?: string;
  readonly user?: string;
  readonly exceptions?: string;
}

/** A call to a host that only the proxy can resolve. */
async function callThrough({
  tls,
  status,
  proxyTls,
  trusted,
  user = '',
  exceptions,
}: Setting): Promise<unknown> {
  server = await FakeEtcd.start({ 'KV/Range': unary(() => ({ count: 1n })) }, tls && { tls });
  proxy = await ConnectProxy.start(server.port, { status, tls: proxyTls });
  client = await connect(
    connectionOptions([`${tls ? 'https' : 'http'}://etcd.example:2379`], {
      callTimeoutMs: 1000,
      tls: { insecureTransport: true, insecureSkipVerify: false, ...(tls && { caFile: pki.caCert }) },
      proxy: {
        http: 'http://127.0.0.1:1',
        https: `${proxyTls ? 'https' : 'http'}://${user}127.0.0.1:${proxy.port}`,
        ...(exceptions && { noProxy: exceptions }),
        systemRoots: trusted === undefined ? {} : { file: trusted },
      },
    }),
  );
  return client.kv.range({ key: bytes('k') });
}

describe('a proxy is used', () => {
  it('in plaintext', async () => {
    expect(await callThrough({})).toMatchObject({ count: 1n });
    expect(proxy?.asked).toEqual([{ authority: 'etcd.example:2379', authorization: undefined }]);
  });

  it('tunnels TLS, and the certificate of the etcd server is verified', async () => {
    expect(await callThrough({ tls: pair })).toMatchObject({ count: 1n });
    expect(proxy?.asked).toHaveLength(1);
  });

  it('over TLS, when the system trusts its certificate', async () => {
    const proxyTls = await issue(pki.authority, {
      usage: 'server',
      algorithm: 'ecdsa',
      commonName: 'proxy',
      ips: ['127.0.0.1'],
    });
    expect(await callThrough({ tls: pair, proxyTls, trusted: pki.caCert })).toMatchObject({ count: 1n });
    expect(proxy?.asked).toHaveLength(1);
  });

  it('not over TLS when the system does not trust its certificate', async () => {
    const error = await rejection(callThrough({ proxyTls: pair }));
    expect(error.reasons).toEqual([
      expect.stringContaining('the connection goes through the proxy 127.0.0.1:'),
    ]);
    expect(proxy?.asked).toEqual([]);
  });

  it('with name and password', async () => {
    await callThrough({ user: 'us%40er:pass@' });
    expect(proxy?.asked[0]?.authorization).toBe(`Basic ${btoa('us@er:pass')}`);
  });

  it('and named in the error when it refuses, without its password', async () => {
    const error = await rejection(callThrough({ status: 403, user: 'user:secret@' }));
    expect(error.message).toBe('context deadline exceeded');
    expect(error.reasons).toEqual([
      `http://etcd.example:2379: the proxy does not allow this connection (HTTP 403); the connection goes through the proxy 127.0.0.1:${proxy?.port} of HTTPS_PROXY: set NO_PROXY to bypass it`,
    ]);
  });

  it('and asked for with credentials when it requires them', async () => {
    const error = await rejection(callThrough({ status: 407 }));
    expect(error.reasons).toEqual([
      expect.stringContaining(
        'the proxy requires a login (HTTP 407): write HTTPS_PROXY=http://NAME:PASSWORD@',
      ),
    ]);
  });

  it('unless NO_PROXY lists the host', async () => {
    const error = await rejection(callThrough({ exceptions: '.example' }));
    expect(error.reasons).toEqual([
      'http://etcd.example:2379: the host name cannot be resolved (no such host)',
    ]);
    expect(proxy?.asked).toEqual([]);
  });
});
