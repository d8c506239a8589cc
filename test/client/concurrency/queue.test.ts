import { describe, expect, it, vi } from 'vitest';
import { awaitHead, keyEvents } from '../../../src/client/concurrency/queue.js';
import { aborted } from '../../../src/model/abort-signal.js';
import { CommandError, ServerError } from '../../../src/model/errors.js';
import type { KvService } from '../../../src/model/services.js';
import { FakeQueue } from '../../support/fake-queue.js';
import { VirtualClock } from '../../support/virtual-clock.js';

function contend(queue: FakeQueue, requireLease = async () => {}) {
  const [signal, lost] = [new AbortController(), new AbortController()];
  const session = { lease: 0xabcn, lost: lost.signal, requireLease };
  const contender = { name: 'n', session, value: Buffer.from('v') };
  const context = { signal: signal.signal, clock: new VirtualClock() };
  let isSettled = false;
  const head = awaitHead(queue.client(), contender, context).finally(() => {
    isSettled = true;
  });
  head.catch(() => undefined);
  return { head, interrupt: signal, lost, isSettled: () => isSettled };
}

const queued = (queue: FakeQueue) => vi.waitFor(() => expect(queue.keys).toContain('n/abc'));

describe('the queue', () => {
  it('gives the head at once when there are no other contenders', async () => {
    const head = await contend(new FakeQueue()).head;
    expect(Buffer.from(head.key).toString()).toBe('n/abc');
    expect(head.revision).toBe(11n);
    expect(head.response.kvs.at(0)).toMatchObject({ lease: 0xabcn, value: Buffer.from('v') });
  });

  it('ignores keys that only share a part of the prefix', async () => {
    const queue = new FakeQueue();
    queue.put('n');
    queue.put('n0/1');
    await contend(queue).head;
  });

  it('gives the head in the order of create revisions, even if another contender leaves first', async () => {
    const queue = new FakeQueue();
    queue.put('n/1');
    queue.put('n/2');
    const { head, isSettled } = contend(queue);
    await queued(queue);
    queue.put('n/later');
    queue.delete('n/1');
    queue.put('n/2', 'still here');
    await new Promise(setImmediate);
    expect(isSettled()).toBe(false);
    queue.delete('n/2');
    expect((await head).revision).toBe(17n);
  });

  it('continues the wait after broken streams and failed reads', async () => {
    const queue = new FakeQueue();
    queue.put('n/1');
    queue.put('n/2');
    const { head } = contend(queue);
    await queued(queue);
    await new Promise(setImmediate);
    queue.breakStreams();
    queue.failures.push(new ServerError('no leader', 'Unavailable'));
    queue.delete('n/2');
    queue.delete('n/1');
    await head;
    expect(queue.failures).toEqual([]);
  });

  it('rejects with "context canceled" when the signal aborts', async () => {
    const queue = new FakeQueue();
    queue.put('n/1');
    const { head, interrupt } = contend(queue);
    await queued(queue);
    interrupt.abort(new Error('SIGINT'));
    await expect(head).rejects.toMatchObject({ message: 'context canceled', constructor: CommandError });
  });

  it('rejects with the reason of a lost session', async () => {
    const queue = new FakeQueue();
    queue.put('n/1');
    const { head, lost } = contend(queue);
    await queued(queue);
    lost.abort(new CommandError('session expired'));
    await expect(head).rejects.toThrow('session expired');
  });

  it('gives the head only when the lease is confirmed', async () => {
    let confirm = () => {};
    const confirmed = new Promise<void>((resolve) => {
      confirm = resolve;
    });
    const { head, isSettled } = contend(new FakeQueue(), () => confirmed);
    await new Promise(setImmediate);
    expect(isSettled()).toBe(false);
    confirm();
    expect((await head).response.kvs).toHaveLength(1);
  });

  it('does not go on reading its key when it has failed otherwise', async () => {
    const reads: (AbortSignal | undefined)[] = [];
    const client = new FakeQueue().client();
    const range: KvService['range'] = async ({ rangeEnd }, call) => {
      if (rangeEnd !== undefined) throw new ServerError('etcdserver: permission denied', 'PermissionDenied');
      reads.push(call?.signal);
      throw new ServerError('no leader', 'Unavailable');
    };
    const session = { lease: 0xabcn, lost: new AbortController().signal, requireLease: async () => {} };
    const clock = {
      sleep: (_ms: number, signal?: AbortSignal) => aborted(signal ?? new AbortController().signal),
    };
    const head = awaitHead(
      { ...client, kv: { ...client.kv, range } },
      { name: 'n', session, value: Buffer.from('v') },
      { signal: new AbortController().signal, clock },
    );
    await expect(head).rejects.toThrow('permission denied');
    expect(reads.map((signal) => signal?.aborted)).toEqual([true]);
  });

  it('says when its key was deleted while it waited', async () => {
    const queue = new FakeQueue();
    queue.put('n/1');
    const { head } = contend(queue, () => Promise.reject(new Error('there is nothing to require')));
    await queued(queue);
    queue.delete('n/abc');
    queue.delete('n/1');
    expect(await head).toMatchObject({ hasWaited: true, response: { kvs: [] } });
  });

  it('says every few seconds that there is no watch', async () => {
    const clock = new VirtualClock();
    const texts: string[] = [];
    const interrupt = new AbortController();
    const watch = {
      // biome-ignore lint/correctness/useYield: the server refuses each stream
      async *watch(): AsyncGenerator<never> {
        if (clock.now() > 12_000_000_000n) interrupt.abort(new Error('enough'));
        throw new ServerError('etcdserver: no leader', 'Unavailable');
      },
    };
    const client = { ...new FakeQueue().client(), watch };
    const context = { signal: interrupt.signal, clock, onInterrupted: (text: string) => texts.push(text) };
    const events = keyEvents(client, { range: { key: Buffer.from('k') }, startRevision: 1n }, context);
    await expect(events.next()).rejects.toThrow('enough');
    expect(texts).toEqual(
      [5, 10].map((seconds) => `the watch has been interrupted for ${seconds} s: etcdserver: no leader`),
    );
  });

  it('passes on errors of the server', async () => {
    const queue = new FakeQueue();
    queue.failures.push(new ServerError('etcdserver: permission denied', 'PermissionDenied'));
    await expect(contend(queue).head).rejects.toThrow('etcdserver: permission denied');
  });
});
