/** `BunByteSocket` with a fake of Bun. The acceptance tests of the standalone executable cover the behavior of Bun itself. */

import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../scripts/lib/pki.mjs';
import { TLS_FLAG_NAMES } from '../../../src/transport/connection.js';
import type { Bun, BunConnectOptions, BunError, BunSocket } from '../../../src/transport/socket/bun.js';
import { dialWithBun } from '../../../src/transport/socket/bun-socket.js';
import type { ByteSocket, DialOptions } from '../../../src/transport/socket/dial.js';
import { RootCaFile } from '../../../src/transport/tls/files.js';
import { TlsSecurity } from '../../../src/transport/tls/security.js';

let certificate: X509Certificate;
let stranger: X509Certificate;
const folder = mkdtempSync(path.join(tmpdir(), 'bun-socket-'));
const caFile = path.join(folder, 'ca.crt');

afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const authority = await createAuthority({ algorithm: 'ecdsa' });
  writeFileSync(caFile, authority.cert);
  const other = await createAuthority({ algorithm: 'ecdsa', commonName: 'other' });
  const { cert: strange } = await issue(other, {
    usage: 'server',
    commonName: 'h',
    dnsNames: ['etcd.example'],
    algorithm: 'ecdsa',
  });
  stranger = new X509Certificate(strange);
  const { cert } = await issue(authority, {
    usage: 'server',
    commonName: 'h',
    dnsNames: ['etcd.example'],
    ips: ['127.0.0.1'],
    algorithm: 'ecdsa',
  });
  certificate = new X509Certificate(cert);
});

/** A fake of Bun with one socket that the test controls. Like the real one, `terminate` calls `close` synchronously. */
class FakeBun implements Bun {
  options: BunConnectOptions | undefined;
  isTerminated = false;
  written = '';
  /** Bytes that one `write` accepts. */
  room = Number.POSITIVE_INFINITY;
  certificate: X509Certificate | undefined;
  gc(): void {}

  readonly socket: { -readonly [Name in keyof BunSocket]: BunSocket[Name] } = {
    write: (bytes) => {
      const taken = Math.min(this.room, bytes.length);
      this.room -= taken;
      this.written += Buffer.from(bytes.subarray(0, taken)).toString();
      return taken;
    },
    terminate: () => {
      if (this.isTerminated) return;
      this.isTerminated = true;
      this.handlers.close(this.socket);
    },
    setNoDelay: () => true,
    alpnProtocol: 'h2',
    getPeerX509Certificate: () => this.certificate,
    getPeerCertificate: () => this.certificate && { raw: this.certificate.raw },
  };

  connect(options: BunConnectOptions): Promise<BunSocket> {
    this.options = options;
    return Promise.resolve(this.socket);
  }

  get handlers() {
    if (this.options === undefined) throw new Error('nobody has connected');
    return this.options.socket;
  }
}

const error = (code: string): BunError => Object.assign(new Error('in words'), { code });

function dialTo(
  bun: FakeBun,
  {
    host = 'etcd.example',
    serverName,
    isVerified = true,
  }: { host?: string; serverName?: string; isVerified?: boolean } = {},
) {
  const options = {
    insecureTransport: true,
    insecureSkipVerify: !isVerified,
    ...(serverName !== undefined && { serverName }),
  };
  const rootCaFile = new RootCaFile(caFile, TLS_FLAG_NAMES);
  const security = new TlsSecurity(options, { keyPair: undefined, rootCaFile }, undefined);
  const dialOptions: DialOptions = {
    address: { host, port: 1 },
    proxy: undefined,
    security,
    expectedHost: host,
  };
  return dialWithBun(bun, dialOptions, new AbortController().signal);
}

interface Judgement {
  readonly isSuccess: boolean;
  readonly error?: BunError;
  readonly host?: string;
  readonly serverName?: string;
  readonly isVerified?: boolean;
  readonly shown?: X509Certificate | 'none';
  readonly alpnProtocol?: string | false;
}

async function handshake({
  isSuccess,
  error,
  shown = certificate,
  alpnProtocol = 'h2',
  ...where
}: Judgement): Promise<string> {
  const bun = new FakeBun();
  if (shown !== 'none') bun.certificate = shown;
  bun.socket.alpnProtocol = alpnProtocol;
  const dialed = dialTo(bun, where);
  bun.handlers.open(bun.socket);
  bun.handlers.handshake(bun.socket, isSuccess, error ?? null);
  const outcome = await dialed.then(
    () => 'accepted',
    (reason: Error) => reason.message,
  );
  expect(bun.isTerminated).toBe(outcome !== 'accepted');
  return outcome;
}

const OTHER_NAME = error('ERR_TLS_CERT_ALTNAME_INVALID');
const UNKNOWN = error('UNABLE_TO_VERIFY_LEAF_SIGNATURE');

describe('a server whose certificate is verified', () => {
  test('is accepted when chain and name are valid', async () => {
    expect(await handshake({ isSuccess: true })).toBe('accepted');
    expect(await handshake({ isSuccess: true, host: '127.0.0.1' })).toBe('accepted');
    expect(await handshake({ isSuccess: true, host: 'x', serverName: 'etcd.example' })).toBe('accepted');
  });

  test('is rejected for its chain, whatever Bun reports', async () => {
    const refused = /^tls: failed to verify certificate: x509: certificate signed by unknown authority/;
    expect(await handshake({ isSuccess: true, shown: stranger })).toMatch(refused);
    expect(await handshake({ isSuccess: true, shown: stranger, error: UNKNOWN })).toMatch(refused);
  });

  test.each([true, false])(
    'is accepted for its chain when Bun rejects it (success: %s)',
    async (isSuccess) => {
      expect(await handshake({ isSuccess, error: UNKNOWN })).toBe('accepted');
    },
  );

  test('is rejected for its name, whatever Bun reports', async () => {
    const refused =
      /^tls: failed to verify certificate: x509: certificate is valid for etcd.example, not other/;
    expect(await handshake({ isSuccess: true, error: OTHER_NAME, host: 'other' })).toMatch(refused);
    expect(await handshake({ isSuccess: true, host: 'other' })).toMatch(refused);
    expect(await handshake({ isSuccess: true, serverName: 'other' })).toMatch(refused);
  });

  test('is accepted for its name when Bun rejects it', async () => {
    expect(await handshake({ isSuccess: false, error: OTHER_NAME })).toBe('accepted');
  });

  test('is rejected without a certificate, and without an error of Bun', async () => {
    expect(await handshake({ isSuccess: true, shown: 'none' })).toMatch(/handshake/);
    expect(await handshake({ isSuccess: false })).toMatch(/handshake/);
  });

  test('is rejected when the handshake is interrupted', async () => {
    expect(await handshake({ isSuccess: false, error: error('EPROTO') })).toBe('EPROTO: in words');
  });

  test.each(['ECONNRESET', 'EPROTO', 'ETIMEDOUT', 'ERR_SSL_X'])(
    'is rejected when the handshake is interrupted after its certificate, with %s',
    async (code) => {
      expect(await handshake({ isSuccess: false, error: error(code) })).not.toBe('accepted');
    },
  );

  test.each([false, 'http/1.1'] as const)(
    'is rejected when it does not select HTTP/2, but %s',
    async (protocol) => {
      expect(await handshake({ isSuccess: true, alpnProtocol: protocol })).toContain('ALPN');
    },
  );
});

describe('a server that is not verified', () => {
  test.each([OTHER_NAME, UNKNOWN])('may have any certificate', async (error) => {
    const judgement = { error, host: 'other', isVerified: false, shown: stranger };
    expect(await handshake({ isSuccess: true, ...judgement })).toBe('accepted');
    expect(await handshake({ isSuccess: false, ...judgement })).toBe('accepted');
  });

  test('must still complete the handshake', async () => {
    const broken = { isSuccess: false, error: error('EPROTO'), isVerified: false };
    expect(await handshake(broken)).toBe('EPROTO: in words');
    expect(await handshake({ ...broken, shown: 'none' })).toBe('EPROTO: in words');
  });
});

describe('a socket', () => {
  async function open(): Promise<{ bun: FakeBun; socket: ByteSocket; heard: string[] }> {
    const bun = new FakeBun();
    const security = { kind: 'plaintext' } as const;
    const options = { address: { path: '/s' }, proxy: undefined, security, expectedHost: 'h' };
    const dialed = dialWithBun(bun, options, new AbortController().signal);
    bun.handlers.open(bun.socket);
    return { bun, socket: await dialed, heard: [] };
  }

  const listen = (socket: ByteSocket, heard: string[]) =>
    socket.listen({
      onData: (chunk) => heard.push(chunk.toString()),
      onClose: (error) => heard.push(`closed: ${error?.message}`),
    });

  test('delivers chunks received before `listen` afterwards', async () => {
    const { bun, socket, heard } = await open();
    bun.handlers.data(bun.socket, Buffer.from('early'));
    bun.handlers.close(bun.socket, error('ECONNRESET'));
    listen(socket, heard);
    expect(heard).toEqual([]);
    await Promise.resolve();
    expect(heard).toEqual(['early', 'closed: ECONNRESET: in words']);
  });

  test.skipIf(!('transfer' in ArrayBuffer.prototype))('frees chunks when they are delivered', async () => {
    const { bun, socket } = await open();
    const chunks = [Buffer.alloc(100_000), Buffer.alloc(100_000)] as const;
    bun.handlers.data(bun.socket, chunks[0]);
    const lengths: number[] = [];
    socket.listen({ onData: ({ length }) => lengths.push(length), onClose() {} });
    await Promise.resolve();
    bun.handlers.data(bun.socket, chunks[1]);
    expect(lengths).toEqual([100_000, 100_000]);
    expect(chunks.map(({ length }) => length)).toEqual([0, 0]);
  });

  test('keeps bytes that Bun does not accept, in order', async () => {
    const { bun, socket } = await open();
    bun.room = 3;
    socket.write(Buffer.from('abcde'));
    socket.write(Buffer.from('fgh'));
    expect([bun.written, socket.unsentBytes]).toEqual(['abc', 5]);
    bun.room = 4;
    bun.handlers.drain(bun.socket);
    expect([bun.written, socket.unsentBytes]).toEqual(['abcdefg', 1]);
    bun.room = 10;
    bun.handlers.drain(bun.socket);
    expect([bun.written, socket.unsentBytes]).toEqual(['abcdefgh', 0]);
  });

  test('reports its end once', async () => {
    const { bun, socket, heard } = await open();
    listen(socket, heard);
    await Promise.resolve();
    bun.handlers.error(bun.socket, error('EPIPE'));
    socket.destroy();
    socket.destroy();
    expect(heard).toEqual(['closed: EPIPE: in words']);
    expect(bun.isTerminated).toBe(true);
  });

  test('that opens after the attempt was aborted is closed', async () => {
    const bun = new FakeBun();
    const giveUp = new AbortController();
    const security = { kind: 'plaintext' } as const;
    const options = { address: { path: '/s' }, proxy: undefined, security, expectedHost: 'h' };
    const dialed = dialWithBun(bun, options, giveUp.signal);
    giveUp.abort(new Error('given up'));
    await expect(dialed).rejects.toThrow('given up');
    bun.handlers.open(bun.socket);
    expect(bun.isTerminated).toBe(true);
  });
});
