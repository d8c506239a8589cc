import { describe, expect, it } from 'vitest';
import type { WatchUpdate } from '../../../src/client/watch/state.js';
import { watchKeys } from '../../../src/client/watch/watch-keys.js';
import { ServerError } from '../../../src/model/errors.js';
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
    const update = await take(watchKeys(service, target, around), 5);
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
    const watching = watchKeys(service, target, context());
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
    for await (const update of watchKeys(service, target, context())) {
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
    await expect(take(watchKeys(service, target, context(controller)), 9)).rejects.toThrow('stop');
  });
});
