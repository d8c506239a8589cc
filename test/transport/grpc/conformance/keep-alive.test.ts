import { afterEach, expect, test } from 'vitest';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { FakeEtcd, unary } from '../../../support/grpc/fake-etcd.js';
import { FaultProxy } from '../../../support/grpc/fault-proxy.js';
import { bytes, connectionOptions, rejection } from '../../../support/grpc/options.js';

/** The shortest time between pings, see `keepAliveOf`. */
const KEEP_ALIVE_MS = 10_000;

let server: FakeEtcd | undefined;
let proxy: FaultProxy | undefined;
let client: Client | undefined;

afterEach(async () => {
  client?.close();
  // What is frozen would never end.
  if (proxy !== undefined) proxy.mode = 'pass';
  await proxy?.close();
  server?.stop();
});

test('a connection on which nothing arrives any more is given up after a ping without an answer', async () => {
  let isCalled = () => {};
  const called = new Promise<void>((resolve) => {
    isCalled = resolve;
  });
  server = await FakeEtcd.start({
    'KV/Put': unary(() => {
      isCalled();
      return new Promise<never>(() => {});
    }),
  });
  proxy = await FaultProxy.start(server.port);
  const options = { callTimeoutMs: null, keepAliveTimeMs: KEEP_ALIVE_MS, keepAliveTimeoutMs: 300 };
  client = await connect(connectionOptions([proxy.endpoint], options));
  const startMs = performance.now();
  const call = rejection(client.kv.put({ key: bytes('k') }));
  await called;
  proxy.mode = 'freeze';
  const error = await call;
  expect(error).toMatchObject({ name: 'ServerError', code: 'Unavailable', isInterruption: true });
  expect(error.reasons).toEqual([expect.stringContaining('the request may have been applied')]);
  expect(performance.now() - startMs).toBeGreaterThan(KEEP_ALIVE_MS);
});
