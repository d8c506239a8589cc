import { expect, it } from 'vitest';
import { runLocal, toLocalOptions } from '../../../src/commands/v3/local.js';
import { createEtcdctl } from '../../../src/etcdctl.js';
import type { LocalEtcd } from '../../../src/model/local-etcd.js';
import { fakeContext } from '../../support/fake-context.js';

const found: readonly LocalEtcd[] = [
  { layout: 'kubeadm', source: '/a', endpoints: ['https://127.0.0.1:2379'] },
  { layout: 'certificates', source: '/b', endpoints: ['https://127.0.0.1:2379'] },
];

it('emits the first that was found, and the others', async () => {
  const { context, emitted } = fakeContext({ foundOnNode: found });
  await runLocal({}, context);
  expect(emitted).toEqual([{ kind: 'local-etcd', etcd: found[0], others: [found[1]] }]);
});

it('fails when nothing was found', async () => {
  await expect(runLocal({}, fakeContext().context)).rejects.toThrow('found no etcd on this node');
});

it('accepts no arguments', () => {
  expect(() => toLocalOptions(['x'])).toThrow('local command accepts no arguments');
});

it('leaves the abbreviations of lock as they are', async () => {
  const outcome = (await createEtcdctl(['loc', 'name'])).parse(['loc', 'name']);
  expect(outcome).toMatchObject({ invocation: { path: 'lock' } });
  const added = (await createEtcdctl(['loca'])).parse(['loca']);
  expect(added).toMatchObject({ invocation: { path: 'local' } });
});
