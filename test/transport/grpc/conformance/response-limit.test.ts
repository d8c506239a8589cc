import type { ServerWritableStream } from '@grpc/grpc-js';
import { afterEach, expect, test, vi } from 'vitest';
import type { RangeStreamResponse } from '../../../../src/model/messages/kv.js';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { FakeEtcd } from '../../../support/grpc/fake-etcd.js';
import { FaultProxy } from '../../../support/grpc/fault-proxy.js';
import { BUSY, bytes, connectionOptions } from '../../../support/grpc/options.js';

type Stream = ServerWritableStream<unknown, Partial<RangeStreamResponse>>;

const LIMIT_MS = 300;
const ALL = { key: bytes('a'), rangeEnd: bytes('b') };

let server: FakeEtcd | undefined;
let proxy: FaultProxy | undefined;
let client: Client | undefined;

/** A client whose calls have the timeout `LIMIT_MS`, connected to a server that streams with the handler. */
async function serve(stream: (call: Stream) => void): Promise<Client> {
  server = await FakeEtcd.start({ 'KV/RangeStream': stream });
  proxy = await FaultProxy.start(server.port);
  client = await connect({ ...connectionOptions([proxy.endpoint]), callTimeoutMs: LIMIT_MS });
  return client;
}

afterEach(async () => {
  client?.close();
  await vi.waitFor(() => expect(proxy?.openConnections).toBe(0), BUSY);
  await proxy?.close();
  server?.stop();
});

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function trickle(call: Stream): Promise<void> {
  for (let index = 0; index < 4; index++) {
    call.write({});
    await after(LIMIT_MS / 2);
  }
  call.end();
}

async function count(responses: AsyncIterable<unknown>, pauseMs = 0): Promise<number> {
  let seen = 0;
  for await (const _ of responses) {
    seen++;
    if (pauseMs > 0) await after(pauseMs);
  }
  return seen;
}

test('a stream ends at its timeout', async () => {
  const { kv } = await serve(trickle);
  await expect(count(kv.rangeStream(ALL))).rejects.toMatchObject({ message: 'context deadline exceeded' });
});

const SILENCE = { timeoutMs: null, silenceTimeoutMs: LIMIT_MS };

test('a stream without a timeout ends when the server is silent for too long', async () => {
  const { kv } = await serve(() => undefined);
  await expect(count(kv.rangeStream(ALL, SILENCE))).rejects.toMatchObject({
    message: 'context deadline exceeded',
  });
});

test('a stream without a timeout may take any time while the server is not silent', async () => {
  const { kv } = await serve(trickle);
  await expect(count(kv.rangeStream(ALL, SILENCE), LIMIT_MS * 1.2)).resolves.toBe(4);
});

test('with a timeout for each response, the stream may take longer', async () => {
  const { kv } = await serve(trickle);
  await expect(count(kv.rangeStream(ALL, { limitsEachResponse: true }))).resolves.toBe(4);
});

test('with a timeout for each response, the time of the consumer does not count', async () => {
  const { kv } = await serve((call) => {
    for (let index = 0; index < 3; index++) call.write({});
    call.end();
  });
  await expect(count(kv.rangeStream(ALL, { limitsEachResponse: true }), LIMIT_MS * 1.2)).resolves.toBe(3);
});

test('with a timeout for each response, a late response ends the stream', async () => {
  const { kv } = await serve((call) => {
    call.write({});
  });
  await expect(count(kv.rangeStream(ALL, { limitsEachResponse: true }))).rejects.toMatchObject({
    message: 'context deadline exceeded',
    code: 'DeadlineExceeded',
  });
});
