import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { FakeEtcd, unary } from '../../../support/grpc/fake-etcd.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

let server: FakeEtcd | undefined;
let client: Client | undefined;

afterEach(() => {
  client?.close();
  server?.stop();
});

/** Calls a server that listens on ::1 only. */
async function call(endpoint: (port: number) => string): Promise<unknown> {
  server = await FakeEtcd.start({ 'KV/Range': unary(() => ({ count: 1n })) }, { host: '[::1]' });
  client = await connect(connectionOptions([endpoint(server.port)], { callTimeoutMs: 1500 }));
  return client.kv.range({ key: bytes('k') });
}

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
const loopback = existsSync('/sys/class/net/lo') ? 'lo' : undefined;

describe.runIf(hasIpv6)('a server on an IPv6 address', () => {
  test.each([
    ['with brackets', (port: number) => `[::1]:${port}`],
    ['with brackets and a scheme', (port: number) => `http://[::1]:${port}`],
    ['in full', (port: number) => `[0:0:0:0:0:0:0:1]:${port}`],
  ])('is called %s', async (_how, endpoint) => {
    expect(await call(endpoint)).toMatchObject({ count: 1n });
  });

  test.runIf(loopback)('is called with a zone', async () => {
    expect(await call((port) => `[::1%${loopback}]:${port}`)).toMatchObject({ count: 1n });
  });

  test('is not called without brackets: the error says what to write', async () => {
    const error = await rejection(call((port) => `::1:${port}`));
    expect(error.message).toBe('context deadline exceeded');
    const { port } = server as FakeEtcd;
    expect(error.reasons).toEqual([`::1:${port}: an IPv6 address needs brackets: write [::1]:${port}`]);
  });
});
