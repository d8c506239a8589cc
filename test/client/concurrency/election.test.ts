import { expect, it } from 'vitest';
import { observeLeaders } from '../../../src/client/concurrency/election.js';
import { FakeQueue } from '../../support/fake-queue.js';
import { VirtualClock } from '../../support/virtual-clock.js';

function observe(queue: FakeQueue) {
  const controller = new AbortController();
  const context = { signal: controller.signal, clock: new VirtualClock() };
  const leaders = observeLeaders(queue.client(), 'n', context);
  const next = async () => {
    const { value } = await leaders.next();
    const [kv] = value?.kvs ?? [];
    return `${kv && Buffer.from(kv.key)}=${kv && Buffer.from(kv.value)}@${value?.header?.revision}`;
  };
  return { next, stop: () => controller.abort(new Error('stop')) };
}

it('yields the current leader, its new values, and the next leader', async () => {
  const queue = new FakeQueue();
  queue.put('n/1', 'one');
  queue.put('n/2', 'two');
  const { next } = observe(queue);
  expect(await next()).toBe('n/1=one@12');
  queue.put('n/1', 'uno');
  expect(await next()).toBe('n/1=uno@13');
  const following = next();
  queue.delete('n/1');
  expect(await following).toBe('n/2=two@14');
});

it('waits for the first leader, and yields it with its revision', async () => {
  const queue = new FakeQueue();
  const { next } = observe(queue);
  const first = next();
  await new Promise(setImmediate);
  queue.put('elsewhere');
  queue.put('n/1', 'one');
  queue.put('elsewhere');
  expect(await first).toBe('n/1=one@12');
});

it('continues after a broken stream without duplicates', async () => {
  const queue = new FakeQueue();
  queue.put('n/1', 'one');
  const { next } = observe(queue);
  await next();
  const second = next();
  await new Promise(setImmediate);
  queue.breakStreams();
  await new Promise(setImmediate);
  queue.put('n/1', 'uno');
  expect(await second).toBe('n/1=uno@12');
});

it('ends when the signal aborts', async () => {
  const { next, stop } = observe(new FakeQueue());
  const first = next();
  stop();
  await expect(first).rejects.toThrow('stop');
});
