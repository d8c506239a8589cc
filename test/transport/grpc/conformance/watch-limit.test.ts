import type { ServerDuplexStream } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { watchKeys } from '../../../../src/client/watch/watch-keys.js';
import type { WatchRequest, WatchResponse } from '../../../../src/model/messages/watch.js';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { FakeEtcd } from '../../../support/grpc/fake-etcd.js';
import { bytes, connectionOptions } from '../../../support/grpc/options.js';
import { putEvent, watchResponse } from '../../../support/scripted-watch.js';

let server: FakeEtcd | undefined;
const clients: Client[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  server?.stop();
});

const LARGE = 'v'.repeat(100_000);

/** Answers with a small response of revision 5, then a large one of revision 6: in two fragments if asked for them. */
function answer(call: ServerDuplexStream<WatchRequest, WatchResponse>): void {
  call.on('data', ({ requestUnion }: WatchRequest) => {
    if (requestUnion.$case !== 'createRequest') return;
    const { fragment, startRevision = 0n } = requestUnion.value;
    call.write(watchResponse({ created: true }));
    if (startRevision <= 5n) call.write(watchResponse({ events: [putEvent(5)] }));
    const events = [putEvent(6, 'k', LARGE), putEvent(6, 'l', LARGE)];
    const parts = fragment ? events.map((event) => [event]) : [events];
    for (const [index, part] of parts.entries())
      call.write(watchResponse({ events: part, fragment: index < parts.length - 1 }));
  });
}

test('a watch changes to fragments when its client rejects a response, and has each event once', async () => {
  server = await FakeEtcd.start({ 'Watch/Watch': answer });
  const { endpoint } = server;
  const open = async (maxReceiveBytes: number) => {
    const client = await connect({
      ...connectionOptions([endpoint]),
      maxReceiveBytes,
      maxRequestBytes: 50_000,
    });
    clients.push(client);
    return client.watch;
  };
  const bounded = await open(150_000);
  const signal = new AbortController().signal;
  const target = { range: { key: bytes('k') }, startRevision: 5n, mayBeFragmented: true };
  const seen: string[] = [];
  const streams = { bounded: async () => bounded, unbounded: () => open(0) };
  for await (const update of watchKeys(streams, target, { signal, sleep: async () => {} })) {
    if (update.kind !== 'response') seen.push(update.kind === 'ended' ? update.end.reason : update.kind);
    else
      for (const { kv } of update.response.events)
        seen.push(`${kv?.modRevision} ${Buffer.from(kv?.key ?? '')}`);
    if (seen.at(-1) === '6 l') break;
  }
  expect(seen).toEqual(['created', '5 k', 'reopened', '6 k', '6 l']);
});
