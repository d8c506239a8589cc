import { describe, expect, it } from 'vitest';
import { type KeyWatchUpdate, watchKey } from '../../../src/client/v2/watch-key.js';
import { V2ApiError, V2AttemptError, V2ClusterError } from '../../../src/model/v2/errors.js';
import type { KeyPollRequest, KeysResponse } from '../../../src/model/v2/keys.js';
import type { V2KeysService } from '../../../src/model/v2/services.js';
import { fakeNode, fakeResponse } from '../../support/fake-v2-context.js';

const refused = new V2ClusterError([new V2AttemptError('connection refused', true)]);
const cut = new V2AttemptError('unexpected EOF', false);

type Step =
  /** The poll fails. */
  | { readonly fails: Error }
  /** The poll starts at the index `at`, then returns a change at the index `gives`, ends without a change, or fails. */
  | { readonly at: bigint; readonly gives: bigint | undefined | Error };

/** The updates of a watch whose polls have these outcomes. The signal aborts after the last one. */
async function follow(steps: readonly Step[], afterIndex = 0n) {
  const requests: KeyPollRequest[] = [];
  const sleeps: number[] = [];
  const controller = new AbortController();
  const left = [...steps];
  const keys: Pick<V2KeysService, 'poll'> = {
    async poll(request) {
      requests.push(request);
      const step = left.shift();
      if (step === undefined) {
        controller.abort(new Error('enough'));
        throw controller.signal.reason;
      }
      if ('fails' in step) throw step.fails;
      return { index: step.at, response: async () => outcome(step.gives) };
    },
  };
  const update: KeyWatchUpdate[] = [];
  let end: unknown;
  try {
    const watch = watchKey(
      { key: '/w', recursive: true, afterIndex },
      {
        keys: keys as V2KeysService,
        signal: controller.signal,
        sleep: async (ms) => {
          sleeps.push(ms);
        },
      },
    );
    for await (const each of watch) update.push(each);
  } catch (error) {
    end = error;
  }
  return { waits: requests.map(({ waitIndex }) => waitIndex), update, sleeps, end: (end as Error).message };
}

function outcome(gives: bigint | undefined | Error): KeysResponse | undefined {
  if (gives instanceof Error) throw gives;
  return gives === undefined ? undefined : fakeResponse({ node: fakeNode({ modifiedIndex: gives }) });
}

describe('watchKey of version 2', () => {
  it('polls for the change after the last one', async () => {
    const { waits, update, end } = await follow([
      { at: 10n, gives: 12n },
      { at: 12n, gives: 13n },
    ]);
    expect(waits).toEqual([0n, 13n, 14n]);
    expect(update.map(({ kind }) => kind)).toEqual(['change', 'change']);
    expect(end).toBe('enough');
  });

  it('starts after a given index', async () => {
    expect((await follow([], 7n)).waits).toEqual([8n]);
    expect((await follow([], 2n ** 64n - 1n)).waits).toEqual([0n]);
  });

  it('polls again from the same index when a poll ends without a change', async () => {
    expect((await follow([{ at: 10n, gives: undefined }])).waits).toEqual([0n, 11n]);
  });

  it('resumes after the last change when no server was reachable', async () => {
    const { waits, update, sleeps } = await follow([
      { at: 10n, gives: 12n },
      { at: 12n, gives: cut },
      ...Array.from({ length: 7 }, () => ({ fails: refused })),
      { at: 20n, gives: 15n },
    ]);
    expect(waits).toEqual([0n, ...Array.from({ length: 9 }, () => 13n), 16n]);
    expect(update).toMatchObject([
      { kind: 'change' },
      { kind: 'interrupted', reason: 'unexpected EOF' },
      { kind: 'resumed', index: 12n },
      { kind: 'change' },
    ]);
    expect(sleeps).toEqual([100, 200, 400, 800, 1600, 2000, 2000, 2000]);
  });

  it('resumes at the start index when there was no change yet', async () => {
    const { waits, update } = await follow([
      { at: 10n, gives: cut },
      { fails: refused },
      { at: 30n, gives: 11n },
    ]);
    expect(waits).toEqual([0n, 11n, 11n, 12n]);
    expect(update).toMatchObject([
      { kind: 'interrupted' },
      { kind: 'resumed', index: 10n },
      { kind: 'change' },
    ]);
  });

  it('rejects when no server is reachable at the first poll', async () => {
    const { waits, update, end } = await follow([{ fails: refused }, { at: 1n, gives: 2n }]);
    expect([waits, update]).toEqual([[0n], []]);
    expect(end).toBe(refused.message);
  });

  it('rejects with the error of a server', async () => {
    const { end } = await follow([
      { at: 10n, gives: 12n },
      { at: 2000n, gives: new V2ApiError('401: outdated', 401) },
    ]);
    expect(end).toBe('401: outdated');
  });
});
