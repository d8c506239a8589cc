import { expect, test } from 'vitest';
import { kubernetesPairs } from '../../bench/scenes/kubernetes-store.mjs';

const OPTIONS = { keys: 2000, bytes: 10e6, seed: 7 };

test('the same options give the same pairs, another seed gives others', () => {
  const [first, second, other] = [OPTIONS, OPTIONS, { ...OPTIONS, seed: 8 }].map((options) =>
    JSON.stringify([...kubernetesPairs(options)]),
  );
  expect(second).toBe(first);
  expect(other).not.toBe(first);
});

test('the store has the keys and bytes that were asked for', () => {
  const pairs = [...kubernetesPairs(OPTIONS)];
  const bytes = pairs.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  expect(new Set(pairs.map(({ key }) => key)).size).toBe(OPTIONS.keys);
  expect(Math.abs(bytes / OPTIONS.bytes - 1)).toBeLessThan(0.05);
});

test('built-in types are in the envelope of kube-apiserver, custom resources are JSON', () => {
  for (const { key, value } of kubernetesPairs(OPTIONS)) {
    const name = key.slice(key.lastIndexOf('/') + 1);
    if (key.startsWith('/registry/cert-manager.io/')) {
      expect(JSON.parse(value.toString()).metadata.name).toBe(name);
    } else {
      expect(value.subarray(0, 4).toString('latin1')).toBe('k8s\0');
      expect(value.includes(name)).toBe(true);
    }
  }
});
