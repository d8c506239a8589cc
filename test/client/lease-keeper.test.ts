import { describe, expect, it } from 'vitest';
import { keepLeaseAlive } from '../../src/client/lease-keeper.js';
import { ServerError } from '../../src/model/errors.js';
import type { LeaseKeepAliveRequest, LeaseKeepAliveResponse } from '../../src/model/messages/lease.js';
import type { CallOptions } from '../../src/model/services.js';
import { VirtualClock } from '../support/virtual-clock.js';

const MS = 1_000_000n;

/**
 * A server that handles each request in turn, across streams: it responds with a TTL, breaks the stream, or does not respond. `end` follows
 * a response and ends the stream after it.
 */
function leaseServer(clock: VirtualClock, answers: readonly (bigint | 'break' | 'silence' | 'end')[]) {
  const left = [...answers];
  const askedAtMs: number[] = [];
  let streams = 0;
  async function* leaseKeepAlive(
    requests: AsyncIterable<LeaseKeepAliveRequest>,
    call?: CallOptions,
  ): AsyncGenerator<LeaseKeepAliveResponse> {
    streams += 1;
    for await (const { id } of requests) {
      askedAtMs.push(Number(clock.now() / MS));
      const answer = left.shift() ?? 'silence';
      if (answer === 'break') throw new ServerError('gone away', 'Unavailable');
      if (answer === 'silence') {
        await new Promise((_resolve, reject) => {
          call?.signal?.addEventListener('abort', () => reject(call.signal?.reason));
        });
      } else if (answer !== 'end') yield { id, ttl: answer };
      if (left[0] !== 'end') continue;
      left.shift();
      return;
    }
  }
  return { lease: { leaseKeepAlive }, askedAtMs, streams: () => streams };
}

function keep(answers: Parameters<typeof leaseServer>[1], signal = new AbortController().signal) {
  const clock = new VirtualClock();
  const server = leaseServer(clock, answers);
  const renewed: bigint[] = [];
  const loss = keepLeaseAlive(server.lease, 7n, {
    clock,
    signal,
    firstResponseMs: 3000,
    onRenewed: ({ ttl }) => renewed.push(ttl),
  });
  return { loss, server, renewed, clock };
}

describe('keepLeaseAlive', () => {
  it('renews the lease after each third of its TTL, until the server does not have it', async () => {
    const { loss, server, renewed } = keep([9n, 9n, 6n, 0n]);
    expect(await loss).toEqual({ kind: 'gone' });
    expect(server.askedAtMs).toEqual([0, 3000, 6000, 8000]);
    expect(renewed).toEqual([9n, 9n, 6n]);
    expect(server.streams()).toBe(1);
  });

  it('opens another stream when one breaks', async () => {
    const { loss, server } = keep([9n, 'break', 9n, 0n]);
    expect(await loss).toEqual({ kind: 'gone' });
    expect(server.askedAtMs).toEqual([0, 3000, 3025, 6025]);
  });

  it('opens the next stream soon, later when one after another breaks', async () => {
    const { loss, server } = keep([9n, ...Array.from({ length: 7 }, () => 'break' as const), 0n]);
    expect(await loss).toEqual({ kind: 'gone' });
    expect(server.askedAtMs).toEqual([0, 3000, 3025, 3075, 3175, 3375, 3775, 4275, 4775]);
  });

  it('does not renew more often when each stream ends after one response', async () => {
    const { loss, server } = keep([...Array.from({ length: 4 }, () => [9n, 'end'] as const).flat(), 0n]);
    expect(await loss).toEqual({ kind: 'gone' });
    expect(server.askedAtMs).toEqual([0, 500, 1000, 1500, 2000]);
  });

  it('reports the lease as lost one TTL after the last request with a response', async () => {
    const { loss, clock } = keep([9n, 'silence']);
    expect(await loss).toEqual({ kind: 'unconfirmed', failure: undefined });
    expect(clock.now() / MS).toBe(9000n);
  });

  it('reports the lease as lost without a first response, with the last error', async () => {
    const { loss, clock } = keep(Array.from({ length: 20 }, () => 'break' as const));
    expect(await loss).toMatchObject({ kind: 'unconfirmed', failure: { message: 'gone away' } });
    expect(clock.now() / MS).toBe(3000n);
  });

  it('rejects with the reason of the signal when it aborts', async () => {
    const controller = new AbortController();
    const { loss } = keep([9n, 'silence'], controller.signal);
    controller.abort(new Error('enough'));
    await expect(loss).rejects.toThrow('enough');
  });

  it('limits each sleep to the maximum of timers', async () => {
    const controller = new AbortController();
    const { loss, server } = keep([9_000_000_000n, 0n], controller.signal);
    expect(await loss).toEqual({ kind: 'gone' });
    expect(server.askedAtMs).toEqual([0, 2 ** 31 - 1]);
  });
});
