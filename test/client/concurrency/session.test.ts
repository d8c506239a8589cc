import { describe, expect, it } from 'vitest';
import { holdUntilAborted, withSession } from '../../../src/client/concurrency/session.js';
import { ServerError } from '../../../src/model/errors.js';
import { FakeQueue } from '../../support/fake-queue.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const options = () => ({
  clock: new VirtualClock(),
  signal: new AbortController().signal,
  ttlSeconds: 10,
  lostMessage: 'session expired',
});
const never = new AbortController().signal;

describe('a session', () => {
  it('grants a lease, and revokes it at the end', async () => {
    const queue = new FakeQueue();
    queue.renewal = 10n;
    expect(await withSession(queue.client(), options(), async ({ lease }) => lease)).toBe(0xabcn);
    expect(queue.granted).toEqual([10n]);
    expect(queue.revoked).toEqual([0xabcn]);
  });

  it('revokes the lease also when the work fails, and rejects with the error of the work only', async () => {
    const queue = new FakeQueue();
    const work = withSession(queue.client(), options(), async () => {
      queue.failures.push(new ServerError('unreachable', 'Unavailable'));
      throw new Error('the work');
    });
    await expect(work).rejects.toThrow('the work');
    expect(queue.failures).toEqual([]);
  });

  it('rejects when the lease cannot be revoked', async () => {
    const queue = new FakeQueue();
    const work = withSession(queue.client(), options(), async () => {
      queue.failures.push(new ServerError('context deadline exceeded', 'DeadlineExceeded'));
    });
    await expect(work).rejects.toThrow('context deadline exceeded');
  });

  it('resolves when the lease is revoked already', async () => {
    const queue = new FakeQueue();
    await withSession(queue.client(), options(), async () => {
      queue.failures.push(new ServerError('etcdserver: requested lease not found', 'NotFound'));
    });
  });

  it('is lost when the server does not have the lease', async () => {
    const queue = new FakeQueue();
    queue.renewal = 0n;
    const work = withSession(queue.client(), options(), (session) => holdUntilAborted(never, session));
    await expect(work).rejects.toMatchObject({
      message: 'session expired',
      reasons: ['lease abc has expired or was revoked'],
    });
    expect(queue.revoked).toEqual([]);
  });

  it('is lost when no server confirms the lease for a whole TTL', async () => {
    const { clock, ...rest } = options();
    const work = withSession(new FakeQueue().client(), { clock, ...rest }, (session) =>
      holdUntilAborted(never, session),
    );
    await expect(work).rejects.toMatchObject({
      reasons: ['no server has confirmed lease abc within its TTL, so it may have expired'],
    });
    expect(clock.now()).toBe(10_000_000_000n);
  });

  it('is held until the signal aborts', async () => {
    const queue = new FakeQueue();
    queue.renewal = 10n;
    await withSession(queue.client(), options(), (session) => holdUntilAborted(AbortSignal.abort(), session));
    expect(queue.revoked).toEqual([0xabcn]);
  });
});
