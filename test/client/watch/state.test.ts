import { describe, expect, it } from 'vitest';
import {
  COMPACTED,
  initialState,
  transition,
  type WatchInput,
  type WatchState,
  type WatchUpdate,
} from '../../../src/client/watch/state.js';
import { ServerError } from '../../../src/model/errors.js';
import type { Event, WatchResponse } from '../../../src/model/messages/watch.js';

const key = Buffer.from('k');

function event(modRevision: number, name = 'k'): Event {
  const revision = BigInt(modRevision);
  const kv = {
    key: Buffer.from(name),
    value: key,
    createRevision: revision,
    modRevision: revision,
    version: 1n,
    lease: 0n,
  };
  return { type: 0, kv };
}

function response(parts: Partial<WatchResponse> & { revision?: number } = {}): WatchInput {
  const { revision = 0, ...rest } = parts;
  const header = { clusterId: 1n, memberId: 1n, revision: BigInt(revision), raftTerm: 1n };
  const empty = {
    watchId: 0n,
    created: false,
    canceled: false,
    compactRevision: 0n,
    cancelReason: '',
    fragment: false,
  };
  return { kind: 'response', response: { header, ...empty, events: [], ...rest } };
}

const created = (revision = 0) => response({ created: true, revision });
const broken: WatchInput = { kind: 'failure', error: new ServerError('closed', 'Unavailable') };
const retry: WatchInput = { kind: 'retry' };

/** The state of a watch from this revision on after these inputs, and its updates. */
function watchAfter(
  startRevision: bigint,
  ...inputs: WatchInput[]
): { state: WatchState; update: WatchUpdate[] } {
  let state = initialState({ range: { key }, startRevision });
  const update: WatchUpdate[] = [];
  for (const input of inputs) {
    const step = transition(state, input);
    state = step.state;
    if (step.update !== undefined) update.push(step.update);
  }
  return { state, update };
}

const position = (state: WatchState) => (state.kind === 'ended' ? undefined : state.position);
const revisionsOf = (update: readonly WatchUpdate[]) =>
  update.flatMap((each) =>
    each.kind === 'response' ? [[...each.response.events].map(({ kv }) => Number(kv?.modRevision))] : [],
  );

describe('a watch', () => {
  it.each([
    ['from now on, starts after the revision in the created response', 0n, [created(7)], 8n],
    ['from a past revision, starts there', 3n, [created(7)], 3n],
    [
      'is after the last event',
      3n,
      [created(7), response({ events: [event(3), event(5)], revision: 9 })],
      6n,
    ],
    ['is after the revision of a progress notification', 3n, [created(7), response({ revision: 9 })], 10n],
    [
      'from a future revision, does not move back after a progress notification',
      30n,
      [created(7), response({ revision: 9 })],
      30n,
    ],
    [
      'keeps its position when the stream breaks',
      3n,
      [created(7), response({ events: [event(4)] }), broken],
      5n,
    ],
    [
      'keeps its position while no stream can be opened',
      3n,
      [created(7), broken, retry, broken, retry, broken],
      3n,
    ],
  ])('%s', (_name, start, inputs, revision) => {
    expect(position(watchAfter(start, ...inputs).state)).toEqual({ revision, delivered: 0 });
  });

  it('reports once that it is interrupted, and that it is resumed', () => {
    const { update } = watchAfter(3n, created(7), broken, retry, broken, retry, created(9));
    expect(update).toEqual([
      { kind: 'created' },
      { kind: 'interrupted', reason: 'closed', revision: 3n },
      { kind: 'resumed', revision: 3n },
    ]);
  });

  it('neither loses nor repeats an event of a fragmented revision', () => {
    const part = response({ events: [event(4), event(5, 'a'), event(5, 'b')], fragment: true });
    const more = response({ events: [event(5, 'c')], fragment: true });
    const cut = watchAfter(4n, created(9), part, more, broken);
    expect(position(cut.state)).toEqual({ revision: 5n, delivered: 3 });
    const whole = response({
      events: [event(5, 'a'), event(5, 'b'), event(5, 'c'), event(5, 'd'), event(6)],
    });
    const { update, state } = watchAfter(4n, created(9), part, more, broken, retry, created(9), whole);
    expect(revisionsOf(update)).toEqual([[4, 5, 5], [5], [5, 6]]);
    expect(position(state)).toEqual({ revision: 7n, delivered: 0 });
  });

  it('drops duplicates across several fragments', () => {
    const first = response({ events: [event(5, 'a'), event(5, 'b'), event(5, 'c')], fragment: true });
    const again = [
      response({ events: [event(5, 'a')], fragment: true }),
      response({ events: [event(5, 'b'), event(5, 'c'), event(5, 'd')] }),
    ];
    const { update } = watchAfter(5n, created(9), first, broken, retry, created(9), ...again);
    expect(revisionsOf(update)).toEqual([[5, 5, 5], [5]]);
  });

  it.each([
    [
      'compacted',
      response({ canceled: true, compactRevision: 9n }),
      { reason: COMPACTED, compactRevision: 9n },
      true,
    ],
    [
      'rejected when it is created',
      response({ created: true, canceled: true, cancelReason: 'no' }),
      { reason: 'no' },
      true,
    ],
    ['cancelled without a reason', response({ canceled: true }), { reason: '' }, false],
    [
      'ended by a final error',
      { kind: 'failure', error: new ServerError('stop', 'PermissionDenied') } as const,
      { reason: 'stop' },
      true,
    ],
  ])('ends when it is %s', (_name, input, end, hasResponse) => {
    const first = input.kind === 'response' && input.response.created ? [] : [created(7)];
    const { state, update } = watchAfter(3n, ...first, input);
    expect(state).toEqual({ kind: 'ended' });
    const last = update.at(-1);
    expect(last).toMatchObject({ kind: 'ended', end });
    expect(last?.kind === 'ended' && last.end.response?.canceled).toBe(hasResponse ? true : undefined);
  });
});
