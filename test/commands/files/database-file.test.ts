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

describe('waiting for the lock of a database', () => {
  it('ends at once when the file is not locked', async () => {
    answers.push({ kind: 'none' });
    const { context, lines, sleeps } = fakeContext();
    await waitForServer('a.db', context);
    expect({ lines, sleeps }).toEqual({ lines: [], sleeps: [] });
  });

  it('prints a line, and ends when the server releases the lock', async () => {
    answers.push(HELD, HELD, { kind: 'none' });
    const { context, lines, sleeps } = fakeContext({ lockTimeoutMs: 1500 });
    await waitForServer('a.db', context);
    expect({ lines, sleeps }).toEqual({ lines: [`waiting 1.5s for ${WHO}`], sleeps: [50, 50] });
  });

  it('fails after the lock timeout', async () => {
    answers.push(HELD);
    const { context, sleeps } = fakeContext({ lockTimeoutMs: 200 });
    await expect(waitForServer('a.db', context)).rejects.toMatchObject({
      message: 'timeout waiting for the lock of a.db',
      reasons: [`stop ${WHO}`, 'to work on a running server, use etcdctl with --endpoints'],
    });
    expect(sleeps).toEqual([50, 50, 50, 50]);
  });

  it('has no limit with a lock timeout of zero', async () => {
    answers.push(...Array<LockHolder>(500).fill(HELD), { kind: 'none' });
    const { context, lines, sleeps } = fakeContext({ lockTimeoutMs: 0 });
    await waitForServer('a.db', context);
    expect(lines).toEqual([`waiting without limit for ${WHO}`]);
    expect(sleeps).toHaveLength(500);
  });

  it('prints a warning when the system cannot detect locks', async () => {
    answers.push({ kind: 'unknown' });
    const { context, lines } = fakeContext();
    await waitForServer('a.db', context);
    expect(lines).toEqual([
      'cannot detect on this system whether a server has a.db open: make sure that none has',
    ]);
  });
});
