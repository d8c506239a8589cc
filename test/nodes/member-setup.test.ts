import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memberSetupIn } from '../../src/nodes/member-setup.js';
import { fakeNode } from '../support/fake-node.js';

const MANIFEST = readFileSync(
  new URL('../fixtures/nodes/kubeadm/etc/kubernetes/manifests/etcd.yaml', import.meta.url),
  'utf8',
);

describe('the setup of the member of a node', () => {
  it('has the manifest that is in place, and those of what uses etcd', async () => {
    const setup = await memberSetupIn(
      fakeNode({
        '/etc/kubernetes/manifests/etcd.yaml': MANIFEST,
        '/etc/kubernetes/manifests/kube-apiserver.yaml': 'kind: Pod\n',
        '/etc/kubernetes/stopped/etcd.yaml': 'kind: Pod\n',
      }),
    );
    expect(setup.etcd.member).toMatchObject({ name: 'cp1', dataDirectory: '/var/lib/etcd' });
    expect(setup.manifests).toEqual([
      '/etc/kubernetes/manifests/etcd.yaml',
      '/etc/kubernetes/manifests/kube-apiserver.yaml',
    ]);
    expect(setup).toMatchObject({
      stoppedFolder: '/etc/kubernetes/stopped',
      usesKubernetes: true,
      running: [],
    });
  });

  it.each(['/etc/kubernetes/etcd.yaml', '/etc/kubernetes/stopped/etcd.yaml'])(
    'is found in a manifest that was moved to %s',
    async (path) => {
      const { etcd, manifests } = await memberSetupIn(fakeNode({ [path]: MANIFEST }));
      expect(etcd).toMatchObject({ source: path, member: { name: 'cp1' } });
      expect(manifests).toEqual([]);
    },
  );

  it('is not guessed from two manifests that differ', async () => {
    const other = MANIFEST.replace('--name=cp1', '--name=cp2');
    const files = { '/etc/kubernetes/a/etcd.yaml': MANIFEST, '/etc/kubernetes/b/etcd.yaml': other };
    await expect(memberSetupIn(fakeNode(files))).rejects.toThrow(
      'the settings in /etc/kubernetes/a/etcd.yaml and /etc/kubernetes/b/etcd.yaml differ',
    );
    const same = { ...files, '/etc/kubernetes/b/etcd.yaml': MANIFEST };
    expect((await memberSetupIn(fakeNode(same))).etcd.source).toBe('/etc/kubernetes/a/etcd.yaml');
  });

  it('is that of a running process, which is reported as running', async () => {
    const files = {
      '/proc/7/cmdline': 'etcd\0--name=m1\0--data-dir=/data\0--listen-client-urls=http://127.0.0.1:2379\0',
      '/proc/7/comm': 'etcd\n',
    };
    const { etcd, running, usesKubernetes } = await memberSetupIn(fakeNode(files));
    expect(etcd).toMatchObject({ source: 'process 7', member: { name: 'm1', dataDirectory: '/data' } });
    expect(running.map(({ source }) => source)).toEqual(['process 7']);
    expect(usesKubernetes).toBe(false);
  });

  it('may be nothing but a data directory', async () => {
    const { etcd } = await memberSetupIn(fakeNode({}), '/data');
    expect(etcd).toMatchObject({ source: '--data-dir', member: { dataDirectory: '/data' } });
  });

  it('says what was looked at when there is none', async () => {
    await expect(memberSetupIn(fakeNode({}))).rejects.toThrow(
      'found no etcd on this node: looked at /etc/kubernetes/manifests/etcd.yaml, /etc/kubernetes/*/etcd.yaml, ',
    );
  });
});
