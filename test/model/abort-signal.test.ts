import { expect, it } from 'vitest';
import { aborted, linkSignals } from '../../src/model/abort-signal.js';

it('aborts when the first of its sources aborts, with its reason', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const linked = linkSignals(a.signal, b.signal);
  b.abort('second');
  a.abort('first');
  expect(linked.signal.reason).toBe('second');
});

it('is aborted initially when a source is aborted', () => {
  expect(linkSignals(AbortSignal.abort('before')).signal.reason).toBe('before');
});

it('does not abort its sources, and removes its listeners on release', async () => {
  const source = new AbortController();
  const [one, other] = [linkSignals(source.signal), linkSignals(source.signal)];
  one.abort('own');
  expect(source.signal.aborted).toBe(false);
  other.release();
  source.abort('late');
  expect(other.signal.aborted).toBe(false);
  await expect(aborted(source.signal)).rejects.toBe('late');
});
