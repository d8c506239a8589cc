import { beforeEach, describe, expect, it, vi } from 'vitest';
import { waitForServer } from '../../../src/commands/files/database-file.js';
import type { LockHolder } from '../../../src/storage/data-directory/lock-holder.js';
import { fakeContext } from '../../support/fake-context.js';

const answers: LockHolder[] = [];
vi.mock('../../../src/storage/data-directory/lock-holder.js', () => ({
  lockHolder: () => (answers.length > 1 ? answers.shift() : answers[0]),
}));
beforeEach(() => {
  answers.length = 0;
});

const HELD: LockHolder = { kind: 'held', processId: 42 };
const WHO = 'process 42, which holds the lock on a.db';

describe('waiting for the server that holds a database', () => {
  it('is over at once when there is none', async () => {
    answers.push({ kind: 'none' });
    const { context, lines, sleeps } = fakeContext();
    await waitForServer('a.db', context);
    expect({ lines, sleeps }).toEqual({ lines: [], sleeps: [] });
  });

  it('is told, and over when the server has ended', async () => {
    answers.push(HELD, HELD, { kind: 'none' });
    const { context, lines, sleeps } = fakeContext({ lockTimeoutMs: 1500 });
    await waitForServer('a.db', context);
    expect({ lines, sleeps }).toEqual({ lines: [`waiting 1.5s for ${WHO}`], sleeps: [50, 50] });
  });

  it('has an end', async () => {
    answers.push(HELD);
    const { context, sleeps } = fakeContext({ lockTimeoutMs: 200 });
    await expect(waitForServer('a.db', context)).rejects.toMatchObject({
      message: 'timeout waiting for the lock of a.db',
      reasons: [`stop ${WHO}`, 'to work on a running server, use etcdctl with --endpoints'],
    });
    expect(sleeps).toEqual([50, 50, 50, 50]);
  });

  it('has none with a time of zero', async () => {
    answers.push(...Array<LockHolder>(500).fill(HELD), { kind: 'none' });
    const { context, lines, sleeps } = fakeContext({ lockTimeoutMs: 0 });
    await waitForServer('a.db', context);
    expect(lines).toEqual([`waiting without limit for ${WHO}`]);
    expect(sleeps).toHaveLength(500);
  });

  it('says that nothing is known where the system does not tell', async () => {
    answers.push({ kind: 'unknown' });
    const { context, lines } = fakeContext();
    await waitForServer('a.db', context);
    expect(lines).toEqual([
      'cannot detect on this system whether a server has a.db open: make sure that none has',
    ]);
  });
});
