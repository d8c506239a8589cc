import { describe, expect, it } from 'vitest';
import { firstFound, searchNode, searchRoot } from '../../src/nodes/search.js';
import { SIGNS } from '../../src/nodes/signs.js';
import { type FakeFile, fakeNode } from '../support/fake-node.js';

const KUBEADM = '/etc/kubernetes/manifests/etcd.yaml';
const EXTERNAL = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const PKI = '/etc/kubernetes/pki/etcd';
const pod = (...command: string[]) => `spec: {containers: [{command: ${JSON.stringify(command)}}]}`;
const MANIFESTS = {
  [KUBEADM]: pod('etcd', '--listen-client-urls=https://127.0.0.1:1'),
  [EXTERNAL]: pod('kube-apiserver', '--etcd-servers=https://10.0.0.1:2'),
};
const CERTIFICATES = { [`${PKI}/ca.crt`]: '', [`${PKI}/server.crt`]: '', [`${PKI}/server.key`]: '' };

async function layouts(tree: Record<string, FakeFile>, stopsAtFirst = false): Promise<string[]> {
  return (await searchNode(fakeNode(tree), { stopsAtFirst })).found.map(({ layout }) => layout);
}

const errorOf = async (tree: Record<string, FakeFile>) => {
  const search = await searchNode(fakeNode(tree));
  return expect(() => firstFound(search));
};

describe('a search', () => {
  it('finds everything in the order of precedence, or the first only', async () => {
    const tree = { ...CERTIFICATES, ...MANIFESTS };
    expect(await layouts(tree)).toEqual(['kubeadm', 'external', 'certificates']);
    expect(await layouts(tree, true)).toEqual(['kubeadm']);
  });

  it('finds what two places describe alike once', async () => {
    const process = {
      '/proc/5/cmdline': 'etcd\0--listen-client-urls=https://127.0.0.1:1\0',
      '/proc/5/environ': '',
    };
    expect(await layouts({ ...MANIFESTS, ...process })).toEqual(['kubeadm', 'external']);
  });

  it('fails for a malformed file, unless something was found before it', async () => {
    await expect(layouts({ ...MANIFESTS, [KUBEADM]: '[' })).rejects.toThrow(`${KUBEADM} is not valid YAML`);
    expect(await layouts({ ...MANIFESTS, ...CERTIFICATES, [EXTERNAL]: '[' })).toEqual([
      'kubeadm',
      'certificates',
    ]);
  });

  it('passes over files without permission', async () => {
    expect(await layouts({ ...MANIFESTS, [KUBEADM]: 'denied' })).toEqual(['external']);
    expect(await layouts({ ...CERTIFICATES, [`${PKI}/server.key`]: 'denied' })).toEqual([]);
  });
});

it('needs a sign for each layout that is found by files', async () => {
  const { places } = await searchNode(fakeNode({}));
  const paths = places.filter((place) => place.startsWith('/'));
  expect(paths).toContain(KUBEADM);
  expect(paths.filter((place) => !SIGNS.some((sign) => place.startsWith(sign)))).toEqual([]);
});

describe('the error', () => {
  const PLACES =
    `${KUBEADM}, ${EXTERNAL}, /var/lib/rancher/k3s/server/tls/etcd, /var/lib/rancher/rke2/server/tls/etcd, ` +
    `/var/lib/k0s/pki/etcd, /etc/etcd.env, the processes in /proc, ${PKI}`;

  it('names the places that were looked at', async () => {
    (await errorOf({})).toThrow(`found no etcd on this node: looked at ${PLACES}`);
  });

  it('names what this user may not read', async () => {
    const tree = { ...CERTIFICATES, [KUBEADM]: 'denied', [`${PKI}/server.key`]: 'denied' } as const;
    (await errorOf(tree)).toThrow(
      `found no etcd on this node: this user has no permission to read ${KUBEADM}, ${PKI}/server.key; looked at ${PLACES}`,
    );
  });
});

describe('the root', () => {
  it.each([
    ['', 'empty string is passed to --root option'],
    ['/no/such', '--root: stat /no/such: no such file or directory'],
    [import.meta.filename, `--root: ${import.meta.filename} is not a directory`],
  ])('%j is refused', async (root, message) => {
    await expect(searchRoot(root)).rejects.toMatchObject({ message, kind: 'flag' });
  });

  it('can be a relative path', async () => {
    const search = await searchRoot('test/nodes');
    expect(search).toMatchObject({ found: [], root: import.meta.dirname });
    expect(() => firstFound(search)).toThrow(`found no etcd below ${import.meta.dirname}: looked at `);
  });
});
