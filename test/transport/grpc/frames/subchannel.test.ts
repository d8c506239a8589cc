import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UsageError } from '../../../../src/model/errors.js';
import { Subchannel } from '../../../../src/transport/grpc/frames/subchannel.js';
import { type ByteSocket, type DialOptions, dial } from '../../../../src/transport/socket/dial.js';
import { goAway, NO_SETTINGS, ScriptedPeer, turn } from '../../../support/http2/scripted-peer.js';

vi.mock('../../../../src/transport/socket/dial.js');

const DIAL_OPTIONS: DialOptions = {
  address: { host: 'h', port: 1 },
  proxy: undefined,
  security: { kind: 'plaintext' },
  expectedHost: 'h',
};

/** Start of each attempt, in milliseconds after the first. */
const attempts: number[] = [];
const peers: ScriptedPeer[] = [];
let subchannel: Subchannel;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'performance'] });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  attempts.length = 0;
  peers.length = 0;
  subchannel = new Subchannel(DIAL_OPTIONS, undefined);
});

afterEach(() => {
  subchannel.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The result of each attempt: a peer that sends these frames at once, or the attempt's error. */
function onDial(outcome: (attempt: number, signal: AbortSignal) => Promise<readonly Buffer[]>): void {
  const start = performance.now();
  vi.mocked(dial).mockImplementation(async (_destination, signal): Promise<ByteSocket> => {
    attempts.push(Math.round(performance.now() - start));
    const said = await outcome(attempts.length, signal);
    const peer = new ScriptedPeer();
    peers.push(peer);
    signal.addEventListener('abort', () => peer.destroy(signal.reason as Error));
    queueMicrotask(() => queueMicrotask(() => peer.send(...said)));
    return peer;
  });
}

const succeed = () => onDial(async () => [NO_SETTINGS]);
const refuse = () =>
  onDial(async (attempt) => {
    throw new Error(`refused ${attempt}`);
  });

/** A pending `whenReady`, and its result. */
function waiter(signal = new AbortController().signal) {
  const state = { outcome: 'waits' };
  subchannel.whenReady(signal).then(
    () => {
      state.outcome = 'ready';
    },
    (reason) => {
      state.outcome = reason.message;
    },
  );
  return state;
}

test('connects before anybody waits for it', async () => {
  succeed();
  subchannel.startConnecting();
  await turn();
  expect(subchannel.current).toBeDefined();
  await subchannel.whenReady(new AbortController().signal);
  expect(attempts).toEqual([0]);
});

test.each([
  { afterMs: 500, started: [0], failure: 'refused 1' },
  { afterMs: 60_000, started: [0, 60_000], failure: 'refused 2' },
])(
  'makes one attempt when nobody waits; who waits $afterMs ms later learns of $failure',
  async (expected) => {
    refuse();
    subchannel.startConnecting();
    await vi.advanceTimersByTimeAsync(expected.afterMs);
    expect(attempts).toEqual([0]);
    await subchannel.whenAttempted(new AbortController().signal);
    expect(attempts).toEqual(expected.started);
    expect(subchannel.failure?.message).toBe(expected.failure);
  },
);

test('the failure of an attempt that nobody awaited is forgotten when another one is awaited', async () => {
  refuse();
  subchannel.startConnecting();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(subchannel.failure?.message).toBe('refused 1');
  const waiting = new AbortController();
  waiter(waiting.signal);
  expect(subchannel.failure).toBeUndefined();
  waiting.abort(new Error('enough'));
});

test('the connection is dialed on demand, once for all waiters', async () => {
  succeed();
  await turn();
  expect(attempts).toEqual([]);
  const waiters = [waiter(), waiter()];
  await turn();
  expect(waiters.map(({ outcome }) => outcome)).toEqual(['ready', 'ready']);
  expect(attempts).toEqual([0]);
  expect(subchannel.current).toBeDefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('the backoff grows up to two minutes, and no attempt is made without a waiter', async () => {
  refuse();
  const patience = new AbortController();
  const waiting = waiter(patience.signal);
  await vi.advanceTimersByTimeAsync(600_000);
  const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  expect(pauses.slice(0, 4)).toEqual([1000, 1600, 2560, 4096]);
  expect(pauses.slice(-2)).toEqual([120_000, 120_000]);
  expect(subchannel.failure?.message).toBe(`refused ${attempts.length}`);
  patience.abort(new Error('given up'));
  await vi.advanceTimersByTimeAsync(1_000_000);
  expect(waiting.outcome).toBe('given up');
  // No attempt follows the present backoff.
  expect(attempts.filter((at) => at > 600_000)).toEqual([]);
});

test('a failure is reported at once, and a success resets the backoff', async () => {
  onDial(async (attempt) => {
    if (attempt === 3) return [NO_SETTINGS];
    throw new Error('refused');
  });
  const first = waiter();
  await expect(subchannel.whenAttempted(new AbortController().signal)).resolves.toBeUndefined();
  await vi.advanceTimersByTimeAsync(2_600);
  expect(first.outcome).toBe('ready');
  expect(subchannel.failure).toBeUndefined();
  peers[0]?.closeConnection();
  expect(subchannel.current).toBeUndefined();
  waiter();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(attempts).toEqual([0, 1000, 2600, 2600, 3600]);
});

test('an error that no attempt can avoid is final', async () => {
  onDial(async () => {
    throw new UsageError('bad certificate', 'arguments');
  });
  const before = waiter();
  await turn();
  expect(before.outcome).toBe('bad certificate');
  const after = waiter();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(after.outcome).toBe('bad certificate');
  expect(attempts).toEqual([0]);
});

test('a connection whose server sends GOAWAY is replaced at once', async () => {
  succeed();
  waiter();
  await turn();
  const old = subchannel.current;
  old?.request(Buffer.of(0x83), Buffer.alloc(0), {
    onHeaders: () => {},
    onData: () => {},
    onEnd: () => {},
    onFailure: () => {},
  });
  peers[0]?.send(goAway(1));
  expect(subchannel.current).toBeUndefined();
  const next = waiter();
  await turn();
  expect(next.outcome).toBe('ready');
  expect(subchannel.current).not.toBe(old);
  // Its last request is still open.
  expect(peers.map(({ isClosed }) => isClosed)).toEqual([false, false]);
  subchannel.close();
  expect(peers.map(({ isClosed }) => isClosed)).toEqual([true, true]);
});

test('a server that sends SETTINGS and GOAWAY in one chunk is tried again after the backoff', async () => {
  onDial(async (attempt) => (attempt < 3 ? [NO_SETTINGS, goAway(0)] : [NO_SETTINGS]));
  const waiting = waiter();
  await vi.advanceTimersByTimeAsync(2_599);
  expect(waiting.outcome).toBe('waits');
  expect(subchannel.failure?.message).toBe('the server sent GOAWAY: NO_ERROR');
  await vi.advanceTimersByTimeAsync(1);
  expect(waiting.outcome).toBe('ready');
  expect(attempts).toEqual([0, 1000, 2600]);
});

test('an attempt to connect to a silent server times out after 20 seconds', async () => {
  onDial(async () => []);
  waiter();
  await vi.advanceTimersByTimeAsync(19_999);
  expect(peers.map(({ isClosed }) => isClosed)).toEqual([false]);
  await vi.advanceTimersByTimeAsync(1);
  expect(peers[0]?.isClosed).toBe(true);
  await turn();
  expect(subchannel.failure?.message).toBe('ETIMEDOUT');
});

test('close stops a pending attempt', async () => {
  onDial(
    (_attempt, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  waiter();
  await turn();
  subchannel.close();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(subchannel.failure?.message).toBe('the connection was closed');
  expect(attempts).toEqual([0]);
  expect(vi.getTimerCount()).toBe(0);
});

test('close ends the backoff', async () => {
  refuse();
  waiter();
  await turn();
  subchannel.close();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(attempts).toEqual([0]);
  expect(vi.getTimerCount()).toBe(0);
});

test('closed connections leave no listeners', async () => {
  succeed();
  const add = vi.spyOn(AbortSignal.prototype, 'addEventListener');
  const remove = vi.spyOn(AbortSignal.prototype, 'removeEventListener');
  const listeners = () => add.mock.calls.length - remove.mock.calls.length;
  const after: number[] = [];
  for (let round = 0; round < 5; round++) {
    waiter();
    await turn();
    peers.at(-1)?.closeConnection();
    after.push(listeners());
  }
  // The remaining one is this test's peer's.
  expect(after.map((count, round) => count - round)).toEqual([1, 1, 1, 1, 1]);
});
