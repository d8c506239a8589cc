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

  it('is lost when the lease is required and no server confirms it for a whole TTL', async () => {
    const { clock, ...rest } = options();
    const work = withSession(new FakeQueue().client(), { clock, ...rest }, async (session) => {
      await session.requireLease(never);
      await holdUntilAborted(never, session);
    });
    await expect(work).rejects.toMatchObject({
      reasons: ['no server has confirmed lease abc within its TTL, so it may have expired'],
    });
    expect(clock.now()).toBe(10_000_000_000n);
  });

  it('goes on for several TTLs without a confirmation while the lease is not required, and then waits for one', async () => {
    const queue = new FakeQueue();
    const texts: string[] = [];
    const given = { ...options(), onUnconfirmed: (text: string) => texts.push(text) };
    const { clock } = given;
    await withSession(queue.client(), given, async (session) => {
      await clock.sleep(35_000);
      expect(session.lost.aborted).toBe(false);
      let isConfirmed = false;
      const confirmed = session.requireLease(never).then(() => {
        isConfirmed = true;
      });
      await clock.sleep(10_000);
      expect(isConfirmed).toBe(false);
      queue.renewal = 10n;
      await confirmed;
      expect(clock.now()).toBe(50_000_000_000n);
    });
    expect(texts).toEqual([
      'no server has confirmed lease abc within its TTL, so it may have expired; still waiting',
    ]);
    expect(queue.revoked).toEqual([0xabcn]);
  });

  it('stops waiting for a confirmation when the signal aborts', async () => {
    const { clock, ...rest } = options();
    const work = withSession(new FakeQueue().client(), { clock, ...rest }, async (session) => {
      await clock.sleep(15_000);
      await session.requireLease(AbortSignal.abort(new Error('enough')));
    });
    await expect(work).rejects.toThrow('enough');
  });

  it('is held until the signal aborts', async () => {
    const queue = new FakeQueue();
    queue.renewal = 10n;
    await withSession(queue.client(), options(), (session) => holdUntilAborted(AbortSignal.abort(), session));
    expect(queue.revoked).toEqual([0xabcn]);
  });
});
