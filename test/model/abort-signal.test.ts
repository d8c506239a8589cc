import { expect, it } from 'vitest';
import { aborted, linkSignals } from '../../src/model/abort-signal.js';

it('aborts with the first of its sources, with its reason', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const linked = linkSignals(a.signal, b.signal);
  b.abort('second');
  a.abort('first');
  expect(linked.signal.reason).toBe('second');
});

it('is aborted from the beginning when a source is', () => {
  expect(linkSignals(AbortSignal.abort('before')).signal.reason).toBe('before');
});

it('leaves its sources alone when it is aborted itself, and once it is released', async () => {
  const source = new AbortController();
  const [one, other] = [linkSignals(source.signal), linkSignals(source.signal)];
  one.abort('own');
  expect(source.signal.aborted).toBe(false);
  other.release();
  source.abort('late');
  expect(other.signal.aborted).toBe(false);
  await expect(aborted(source.signal)).rejects.toBe('late');
});
