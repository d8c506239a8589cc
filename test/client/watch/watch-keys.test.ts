import { describe, expect, it } from 'vitest';
import type { WatchUpdate } from '../../../src/client/watch/state.js';
import { streamsWith, watchKeys } from '../../../src/client/watch/watch-keys.js';
import { ConnectionError, ServerError, UsageError } from '../../../src/model/errors.js';
import type { WatchRequest, WatchResponse } from '../../../src/model/messages/watch.js';
import type { WatchService } from '../../../src/model/services.js';
import { scriptedWatch, watchResponse } from '../../support/scripted-watch.js';

const target = { range: { key: Buffer.from('k') }, startRevision: 5n };
const lost = new ServerError('lost', 'Unavailable');

async function take(update: AsyncIterable<WatchUpdate>, count: number): Promise<WatchUpdate[]> {
  const taken: WatchUpdate[] = [];
  for await (const each of update) if (taken.push(each) === count) break;
  return taken;
}

type Stream = readonly (WatchResponse | Error)[];

const revisionsOf = ({ events }: WatchResponse) => [...events].map(({ kv }) => Number(kv?.modRevision));

function context(controller = new AbortController()) {
  const sleeps: number[] = [];
  const sleep = async (ms: number) => void sleeps.push(ms);
  return { sleeps, sleep, signal: controller.signal };
}

describe('watchKeys', () => {
  it('resumes on another stream after the last event, with exponential backoff', async () => {
    const { service, created } = scriptedWatch([
      [watchResponse({ created: true }), watchResponse({ revisions: [5, 8] }), lost],
      [lost],
      [lost],
      [watchResponse({ created: true }), watchResponse({ revisions: [9] })],
    ]);
    const around = context();
    const update = await take(watchKeys(streamsWith(service), target, around), 5);
    expect(update.map(({ kind }) => kind)).toEqual([
      'created',
      'response',
      'interrupted',
      'resumed',
      'response',
    ]);
    expect(created.map(({ startRevision }) => startRevision)).toEqual([5n, 9n, 9n, 9n]);
    expect(around.sleeps).toEqual([25, 50, 100]);
  });

  it('requests progress on the current stream', async () => {
    const asked: string[] = [];
    const service: WatchService = {
      async *watch(requests: AsyncIterable<WatchRequest>): AsyncGenerator<WatchResponse> {
        for await (const { requestUnion } of requests) {
          asked.push(requestUnion.$case);
          yield watchResponse({ created: requestUnion.$case === 'createRequest' });
        }
      },
    };
    const watching = watchKeys(streamsWith(service), target, context());
    const kinds: string[] = [];
    for await (const { kind } of watching) {
      kinds.push(kind);
      if (kinds.length === 2) break;
      watching.requestProgress();
    }
    expect(kinds).toEqual(['created', 'response']);
    expect(asked).toEqual(['createRequest', 'progressRequest']);
  });

  it('reads nothing while the consumer handles an update', async () => {
    let given = 0;
    const service: WatchService = {
      async *watch() {
        yield watchResponse({ created: true });
        for (;;) yield watchResponse({ revisions: [5 + given++] });
      },
    };
    for await (const update of watchKeys(streamsWith(service), target, context())) {
      await new Promise(setImmediate);
      expect(given).toBeLessThanOrEqual(3);
      if (update.kind === 'response' && given === 3) break;
    }
  });

  it('rejects with the reason of the signal when it aborts', async () => {
    const controller = new AbortController();
    const service: WatchService = {
      async *watch() {
        yield watchResponse({ created: true });
        controller.abort(new Error('stop'));
        throw lost;
      },
    };
    await expect(take(watchKeys(streamsWith(service), target, context(controller)), 9)).rejects.toThrow(
      'stop',
    );
  });

  const tooLarge = new ServerError('received message larger than max', 'ResourceExhausted');

  /** Streams of two clients; the second one is used for fragments. */
  function scriptedClients(bounded: Stream[], unbounded: Stream[]) {
    const first = scriptedWatch(bounded);
    const second = scriptedWatch(unbounded);
    const streams = { bounded: async () => first.service, unbounded: async () => second.service };
    return { streams, first: first.created, second: second.created };
  }

  it('asks for fragments, at once and without an interruption, when a response is too large', async () => {
    const { streams, first, second } = scriptedClients(
      [[watchResponse({ created: true }), watchResponse({ revisions: [5, 6] }), tooLarge]],
      [
        [
          watchResponse({ created: true }),
          watchResponse({ revisions: [7, 8], fragment: true }),
          watchResponse({ revisions: [8], fragment: true }),
          lost,
        ],
        [watchResponse({ created: true }), watchResponse({ revisions: [8, 8, 8, 9] })],
      ],
    );
    const around = context();
    const watching = watchKeys(streams, { ...target, mayBeFragmented: true }, around);
    const updates = await take(watching, 8);
    expect(
      updates.map((update) => (update.kind === 'response' ? revisionsOf(update.response) : update.kind)),
    ).toEqual(['created', [5, 6], 'reopened', [7, 8], [8], 'interrupted', 'resumed', [8, 9]]);
    expect(first).toMatchObject([{ startRevision: 5n, fragment: false }]);
    expect(second).toMatchObject([
      { startRevision: 7n, fragment: true },
      { startRevision: 8n, fragment: true },
    ]);
    expect(around.sleeps).toEqual([25]);
    expect(watching.position).toEqual({ revision: 10n, delivered: 0 });
  });

  it('asks for fragments from now on when the first change is too large', async () => {
    const { streams, second } = scriptedClients(
      [[watchResponse({ created: true, revision: 9 }), tooLarge]],
      [[watchResponse({ created: true, revision: 10 }), watchResponse({ revisions: [10] })]],
    );
    const updates = await take(
      watchKeys(streams, { ...target, startRevision: 0n, mayBeFragmented: true }, context()),
      3,
    );
    expect(updates.map(({ kind }) => kind)).toEqual(['created', 'reopened', 'response']);
    expect(second).toMatchObject([{ startRevision: 10n, fragment: true }]);
  });

  it('reports an interruption while it changes to fragments', async () => {
    const { streams } = scriptedClients(
      [[watchResponse({ created: true }), tooLarge]],
      [[lost], [lost], [watchResponse({ created: true }), watchResponse({ revisions: [5] })]],
    );
    const updates = await take(watchKeys(streams, { ...target, mayBeFragmented: true }, context()), 4);
    expect(updates.map(({ kind }) => kind)).toEqual(['created', 'interrupted', 'resumed', 'response']);
  });

  it('waits for a server when the client for fragments cannot log in', async () => {
    const { streams } = scriptedClients(
      [[watchResponse({ created: true }), tooLarge]],
      [[watchResponse({ created: true }), watchResponse({ revisions: [5], fragment: true })]],
    );
    const noLeader = new ServerError('etcdserver: no leader', 'Unavailable');
    const failures = [new ConnectionError(noLeader.message, { cause: noLeader })];
    const unbounded = async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return streams.unbounded();
    };
    const watching = watchKeys({ ...streams, unbounded }, { ...target, mayBeFragmented: true }, context());
    const updates = await take(watching, 4);
    expect(updates.map(({ kind }) => kind)).toEqual(['created', 'interrupted', 'resumed', 'response']);
    expect(updates[1]).toMatchObject({ reason: noLeader.message });
  });

  it.each([
    new UsageError('unusable TLS files'),
    new ConnectionError('no', { cause: new ServerError('no', 'InvalidArgument') }),
  ])('does not go on when the client for fragments fails with %s', async (failure) => {
    const { streams } = scriptedClients([[watchResponse({ created: true }), tooLarge]], []);
    const unbounded = () => Promise.reject(failure);
    const watching = watchKeys({ ...streams, unbounded }, { ...target, mayBeFragmented: true }, context());
    const taken = take(watching, 9);
    if (failure instanceof UsageError) await expect(taken).rejects.toBe(failure);
    else expect((await taken).at(-1)).toMatchObject({ kind: 'ended', end: { reason: 'no' } });
  });

  it.each([
    ['that may not be fragmented', {}, [[watchResponse({ created: true }), tooLarge]]],
    [
      'whose fragment is too large',
      { mayBeFragmented: true },
      [
        [watchResponse({ created: true }), tooLarge],
        [watchResponse({ created: true }), tooLarge],
      ],
    ],
  ])('ends a watch %s', async (_name, options, script) => {
    const { service, created } = scriptedWatch(script);
    const updates = await take(watchKeys(streamsWith(service), { ...target, ...options }, context()), 9);
    expect(updates.at(-1)).toMatchObject({ kind: 'ended', end: { reason: tooLarge.message } });
    expect(created).toHaveLength(script.length);
  });

  it('requests progress again that was lost with the stream without fragments', async () => {
    const asked: string[] = [];
    let streams = 0;
    const service: WatchService = {
      async *watch(requests: AsyncIterable<WatchRequest>): AsyncGenerator<WatchResponse> {
        const stream = ++streams;
        for await (const { requestUnion } of requests) {
          asked.push(`${requestUnion.$case} ${stream}`);
          const isCreation = requestUnion.$case === 'createRequest';
          yield watchResponse({ created: isCreation });
          if (stream === 1 && !isCreation) throw tooLarge;
          if (stream === 2 && isCreation) {
            yield watchResponse({ revisions: [5], fragment: true });
            yield watchResponse({ revisions: [6] });
          }
        }
      },
    };
    // The answer to the request of the first stream does not arrive.
    const withoutAnswer: WatchService = {
      async *watch(requests, call) {
        const isFirst = streams === 0;
        for await (const response of service.watch(requests, call)) {
          if (!(isFirst && !response.created)) yield response;
        }
      },
    };
    const watching = watchKeys(streamsWith(withoutAnswer), { ...target, mayBeFragmented: true }, context());
    const seen: string[] = [];
    for await (const update of watching) {
      seen.push(update.kind === 'response' ? String(revisionsOf(update.response)) : update.kind);
      if (update.kind === 'created') watching.requestProgress();
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(['created', 'reopened', '5', '6', '']);
    expect(asked).toEqual(['createRequest 1', 'progressRequest 1', 'createRequest 2', 'progressRequest 2']);
  });
});
