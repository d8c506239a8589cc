import { describe, expect, it, vi } from 'vitest';
import { type ElectOptions, registerElect, runElect } from '../../../src/commands/v3/elect.js';
import { ServerError } from '../../../src/model/errors.js';
import { fakeContext } from '../../support/fake-context.js';
import { FakeQueue } from '../../support/fake-queue.js';
import { parseCommand } from '../../support/parse-command.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const options = (...argv: string[]) => parseCommand(registerElect, ['elect', ...argv]) as ElectOptions;

function run(argv: readonly string[], queue: FakeQueue) {
  const faked = fakeContext({ connect: () => queue.client() });
  const ended = runElect(options(...argv), { ...faked.context, clock: new VirtualClock() });
  ended.catch(() => undefined);
  return { ...faked, ended };
}

describe('elect: the command line', () => {
  it.each([
    [[], 'elect takes one election name argument and an optional proposal argument'],
    [['n', 'v', 'w'], 'elect takes one election name argument and an optional proposal argument'],
    [['n'], 'no proposal argument but -l not set'],
    [['n', 'v', '-l'], 'proposal given but -l is set'],
  ])('rejects %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it('accepts a proposal or --listen', () => {
    expect(options('n', 'v')).toEqual({ name: 'n', proposal: Buffer.from('v') });
    expect(options('n', '--listen')).toEqual({ name: 'n', proposal: undefined });
  });
});

describe('elect', () => {
  it('prints key and proposal when elected, and resigns when the signal aborts', async () => {
    const queue = new FakeQueue();
    queue.renewal = 60n;
    queue.put('n/1', 'other');
    const { emitted, ended, abort } = run(['n', 'mine'], queue);
    await vi.waitFor(() => expect(queue.keys).toHaveLength(2));
    expect(emitted).toEqual([]);
    queue.delete('n/1');
    await vi.waitFor(() => expect(emitted).toHaveLength(1));
    expect(emitted[0]).toMatchObject({
      kind: 'range',
      response: { kvs: [{ key: Buffer.from('n/abc'), value: Buffer.from('mine') }], count: 1n },
    });
    abort(new Error('SIGTERM'));
    await ended;
    expect(queue.granted).toEqual([60n]);
    expect(queue.keys).toEqual([]);
  });

  it('fails when its lease is lost', async () => {
    const queue = new FakeQueue();
    await expect(run(['n', 'mine'], queue).ended).rejects.toThrow('elect: session expired');
  });

  it('observes without a lease until the signal aborts', async () => {
    const queue = new FakeQueue();
    queue.put('n/1', 'other');
    const { emitted, ended, abort } = run(['n', '-l'], queue);
    await vi.waitFor(() => expect(emitted).toHaveLength(1));
    abort(new Error('SIGINT'));
    await ended;
    expect(queue.granted).toEqual([]);
  });

  it('reports why it cannot observe', async () => {
    const queue = new FakeQueue();
    queue.failures.push(new ServerError('etcdserver: permission denied', 'PermissionDenied'));
    await expect(run(['n', '-l'], queue).ended).rejects.toMatchObject({
      message: 'elect: observer lost',
      reasons: ['etcdserver: permission denied'],
    });
  });

  it.each([
    ['etcdserver: user name is empty', 'InvalidArgument'],
    ['etcdserver: invalid auth token', 'Unauthenticated'],
  ] as const)('fails with %s unchanged, the error of the lease grant in etcdctl', async (message, code) => {
    const queue = new FakeQueue();
    queue.failures.push(new ServerError(message, code));
    await expect(run(['n', '-l'], queue).ended).rejects.toMatchObject({ message });
  });
});
