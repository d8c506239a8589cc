import { describe, expect, it, vi } from 'vitest';
import type { ChildOptions, ChildStatus } from '../../../src/cli/context.js';
import { type LockOptions, registerLock, runLock } from '../../../src/commands/v3/lock.js';
import { ChildFailedError } from '../../../src/model/errors.js';
import { fakeContext } from '../../support/fake-context.js';
import { FakeQueue } from '../../support/fake-queue.js';
import { parseCommand } from '../../support/parse-command.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const options = (...argv: string[]) => parseCommand(registerLock, ['lock', ...argv]) as LockOptions;

type Child = (command: string, args: readonly string[], options?: ChildOptions) => Promise<ChildStatus>;

function run(
  argv: readonly string[],
  { queue = new FakeQueue(), child }: { queue?: FakeQueue; child?: Child } = {},
) {
  const faked = fakeContext({ connect: () => queue.client(), ...(child && { runChild: child }) });
  const ended = runLock(options(...argv), { ...faked.context, clock: new VirtualClock() });
  ended.catch(() => undefined);
  return { ...faked, queue, ended };
}

const endsWith =
  (exitCode: number | null, signal: NodeJS.Signals | null = null): Child =>
  async () => ({ exitCode, signal });

describe('lock: the command line', () => {
  it.each([
    [['n'], { name: 'n', command: [], ttlSeconds: 10 }],
    [['n', 'ls', '--ttl=3', '--', '-l'], { name: 'n', command: ['ls', '-l'], ttlSeconds: 3 }],
    [['n', '--ttl=0'], { name: 'n', command: [], ttlSeconds: 60 }],
    [['n', '--ttl=-1'], { name: 'n', command: [], ttlSeconds: 60 }],
  ])('parses %j', (argv, expected) => {
    expect(options(...argv)).toEqual(expected);
  });

  it('requires a name', () => {
    const message = 'lock takes a lock name argument and an optional command to execute';
    expect(() => options()).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });
});

describe('lock without a command', () => {
  it('prints its key when it has the lock, and succeeds when the signal aborts', async () => {
    const queue = new FakeQueue();
    queue.renewal = 10n;
    const { emitted, ended, abort } = run(['n'], { queue });
    await vi.waitFor(() => expect(emitted).toHaveLength(1));
    expect(emitted[0]).toMatchObject({ kind: 'range', response: { kvs: [{ key: Buffer.from('n/abc') }] } });
    abort(new Error('SIGINT'));
    await ended;
    expect(queue.keys).toEqual([]);
    expect(queue.revoked).toEqual([0xabcn]);
  });

  it('leaves the queue when the signal aborts before it has the lock', async () => {
    const queue = new FakeQueue();
    queue.renewal = 10n;
    queue.put('n/1');
    const { emitted, ended, abort } = run(['n'], { queue });
    await vi.waitFor(() => expect(queue.keys).toHaveLength(2));
    abort(new Error('SIGINT'));
    await expect(ended).rejects.toThrow('context canceled');
    expect(queue.keys).toEqual(['n/1']);
    expect(emitted).toEqual([]);
  });
});

describe('lock that has waited', () => {
  it('fails as etcdctl does when its key was deleted meanwhile', async () => {
    const queue = new FakeQueue();
    queue.renewal = 10n;
    queue.put('n/1');
    const { ended } = run(['n', 'x'], { queue });
    await vi.waitFor(() => expect(queue.keys).toHaveLength(2));
    queue.delete('n/abc');
    queue.delete('n/1');
    await expect(ended).rejects.toMatchObject({
      message: 'mutex: session is expired',
      reasons: [
        'the key n/abc is gone: its lease has expired or was revoked, or somebody has deleted the key',
      ],
    });
  });
});

describe('lock with a command', () => {
  it('runs it with the key and the revision in its environment, and prints nothing', async () => {
    const child = vi.fn<Child>(endsWith(0));
    const { ended, emitted, queue } = run(['n', 'tar', '--', '-c'], { child });
    await ended;
    const env = { ETCD_LOCK_KEY: 'n/abc', ETCD_LOCK_REV: '11' };
    expect(child).toHaveBeenCalledWith('tar', ['-c'], { env, signal: expect.any(AbortSignal) });
    expect(emitted).toEqual([]);
    expect(queue.keys).toEqual([]);
  });

  it.each([
    [endsWith(3), 3, 'exit status 3'],
    [endsWith(null, 'SIGKILL'), 255, 'signal: killed'],
  ] as const)('has the status of a command that fails', async (child, exitCode, message) => {
    const { ended, queue } = run(['n', 'x'], { child });
    await expect(ended).rejects.toMatchObject({ exitCode, message, constructor: ChildFailedError });
    expect(queue.keys).toEqual([]);
  });

  it('ends the command when the lock is lost, and fails even if the command succeeds', async () => {
    const queue = new FakeQueue();
    const child: Child = (_command, _args, given) =>
      new Promise((resolve) => {
        given?.signal?.addEventListener('abort', () => resolve({ exitCode: 0, signal: null }));
      });
    const { ended } = run(['n', 'x'], { queue, child });
    await expect(ended).rejects.toMatchObject({
      message: 'session expired',
      reasons: [expect.stringContaining('lease abc'), 'the lock was lost: the command was terminated'],
    });
  });

  it('does not end the command when the signal aborts', async () => {
    const queue = new FakeQueue();
    queue.renewal = 10n;
    let end = (_end: ChildStatus) => {};
    let signal: AbortSignal | undefined;
    const child: Child = (_command, _args, given) => {
      signal = given?.signal;
      return new Promise((resolve) => {
        end = resolve;
      });
    };
    const { ended, abort } = run(['n', 'x'], { queue, child });
    await vi.waitFor(() => expect(signal).toBeDefined());
    abort(new Error('SIGTERM'));
    expect(signal?.aborted).toBe(false);
    expect(queue.keys).toEqual(['n/abc']);
    end({ exitCode: 0, signal: null });
    await ended;
    expect(queue.keys).toEqual([]);
  });
});
