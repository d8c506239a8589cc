import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { createPki } from '../../../scripts/lib/pki.mjs';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { type Block, blocksOf } from '../../support/lab/instructions.js';
import { references } from '../../support/lab/lab.js';
import { Node } from '../../support/lab/node.js';

/** The nodes and addresses in docs/restore.md. */
const NODES = [1, 2, 3].map((number) => ({ name: `cp-${number}`, ip: `10.0.0.1${number}` }));
type NodeAddress = (typeof NODES)[number];

/** etcd's flags as kubeadm gives them. */
function etcdFlags({ name, ip }: NodeAddress, pki: string, all: readonly NodeAddress[]): readonly string[] {
  return [
    `--advertise-client-urls=https://${ip}:2379`,
    `--cert-file=${pki}/server.crt`,
    '--client-cert-auth=true',
    '--data-dir=/var/lib/etcd',
    `--initial-advertise-peer-urls=https://${ip}:2380`,
    `--initial-cluster=${all.map((each) => `${each.name}=https://${each.ip}:2380`).join(',')}`,
    `--key-file=${pki}/server.key`,
    '--listen-client-urls=https://127.0.0.1:2379',
    '--listen-metrics-urls=http://127.0.0.1:2381',
    `--listen-peer-urls=https://${ip}:2380`,
    `--name=${name}`,
    `--peer-cert-file=${pki}/peer.crt`,
    '--peer-client-cert-auth=true',
    `--peer-key-file=${pki}/peer.key`,
    `--peer-trusted-ca-file=${pki}/ca.crt`,
    '--snapshot-count=10000',
    `--trusted-ca-file=${pki}/ca.crt`,
  ];
}

function manifest(flags: readonly string[]): string {
  return [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  name: etcd',
    '  namespace: kube-system',
    'spec:',
    '  containers:',
    '  - command:',
    '    - etcd',
    ...flags.map((flag) => `    - ${flag}`),
    '    name: etcd',
    '  hostNetwork: true',
    '',
  ].join('\n');
}

const STACKED_PKI = '/etc/kubernetes/pki/etcd';
const EXTERNAL_PKI = '/etc/etcd/pki';
const OTHER_PODS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** An etcdctl command line as on the nodes, for steps between the blocks. */
function etcdctl(pki: string, ...args: readonly string[]): string {
  const files = `--cacert ${pki}/ca.crt --cert ${pki}/healthcheck-client.crt --key ${pki}/healthcheck-client.key`;
  return `etcdctl --endpoints https://127.0.0.1:2379 ${files} ${args.join(' ')}`;
}

let folder = '';
let nodes: Node[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(labFolder(), 'nodes-'));
  nodes = [];
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** Creates nodes with certificates, on which nothing runs yet. */
async function makeNodes(
  reference: CompleteReference,
  addresses: readonly NodeAddress[],
  pki: string,
): Promise<void> {
  await createPki(path.join(folder, 'pki'), { algorithm: 'ecdsa' });
  const ports = await freePorts(3 * addresses.length);
  const peers = addresses.map(({ ip }, index) => [`${ip}:2380`, `127.0.0.1:${ports[3 * index]}`] as const);
  nodes = addresses.map(({ name, ip }, index) => {
    const [, client, metrics] = ports.slice(3 * index);
    const own = [
      [`${ip}:2379`, `127.0.0.1:${client}`],
      ['127.0.0.1:2379', `127.0.0.1:${client}`],
      ['127.0.0.1:2381', `127.0.0.1:${metrics}`],
    ];
    const node = new Node({
      name,
      root: path.join(folder, name),
      server: reference.etcd,
      addresses: Object.fromEntries([...peers, ...own]),
      metricsUrl: `http://127.0.0.1:${metrics}`,
    });
    cpSync(path.join(folder, 'pki'), node.path(pki), { recursive: true });
    return node;
  });
}

/** Fills the store, makes the backup as in the document, and then deletes all keys. */
async function backUpAndDelete(pki: string): Promise<void> {
  const [first] = nodes;
  await first?.shell(`until ${etcdctl(pki, 'endpoint', 'health', '--cluster')}; do sleep 0.1; done`);
  for (const name of ['a', 'b', 'c']) await first?.shell(etcdctl(pki, 'put', `/registry/pods/${name}`, name));
  await first?.shell(inPki(blocksOf('restore.md', 'The backup')[0]?.commands ?? '', pki));
  for (const node of nodes.slice(1))
    cpSync(first?.path('var/backups') ?? '', node.path('var/backups'), { recursive: true });
  await first?.shell(etcdctl(pki, 'del', '--prefix', '/registry/'));
}

function inPki(text: string, pki: string): string {
  return text.replaceAll(STACKED_PKI, pki);
}

/** Runs the blocks of a section in order, each on all of its nodes at the same time; returns their output. */
async function follow(
  blocks: readonly Block[],
  whoIs: Readonly<Record<string, readonly Node[]>>,
): Promise<string> {
  let output = '';
  for (const { who, commands } of blocks) {
    const runners = whoIs[who];
    if (runners === undefined) throw new Error(`no node is "${who}"`);
    output += (await Promise.all(runners.map((node) => node.shell(commands)))).join('');
  }
  return output;
}

async function expectRestored(pki: string): Promise<void> {
  for (const node of nodes) {
    expect(await node.shell(etcdctl(pki, 'get', '--prefix', '/registry/', '--print-value-only'))).toBe(
      'a\nb\nc\n',
    );
    expect(existsSync(node.path('var/lib/etcd.old/member'))).toBe(true);
  }
  const [first] = nodes;
  const put = await first?.shell(etcdctl(pki, 'put', 'after', 'x', '-w', 'json'));
  const [, revision] = /"revision":(\d+)/.exec(put ?? '') ?? [];
  expect(Number(revision)).toBeGreaterThan(1_000_000_000);
  const hashes = await first?.shell(etcdctl(pki, 'endpoint', 'hashkv', '--cluster'));
  const lines = (hashes ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(', ')[1]);
  expect(lines).toHaveLength(nodes.length);
  expect(new Set(lines).size).toBe(1);
}

/** Starts etcd on the nodes from static pod manifests, as in a stacked cluster. */
function startStacked(addresses: readonly NodeAddress[]): void {
  for (const [index, address] of addresses.entries()) {
    for (const pod of OTHER_PODS) nodes[index]?.write(`etc/kubernetes/manifests/${pod}.yaml`, 'kind: Pod\n');
    nodes[index]?.write(
      'etc/kubernetes/manifests/etcd.yaml',
      manifest(etcdFlags(address, STACKED_PKI, addresses)),
    );
  }
}

function expectPodsBack(): void {
  for (const node of nodes) {
    for (const pod of ['etcd', ...OTHER_PODS]) {
      expect(existsSync(node.path(`etc/kubernetes/manifests/${pod}.yaml`)), pod).toBe(true);
    }
  }
}

describe.each(references)('docs/restore.md, etcd $version', (reference) => {
  it('restores one control-plane node', async () => {
    const addresses = NODES.slice(0, 1);
    await makeNodes(reference, addresses, STACKED_PKI);
    startStacked(addresses);
    await backUpAndDelete(STACKED_PKI);
    const output = await follow(blocksOf('restore.md', 'One control-plane node'), { 'every-node': nodes });
    expect(output).toContain('"Count" : 3');
    await expectRestored(STACKED_PKI);
    expectPodsBack();
  });

  it('restores three control-plane nodes', async () => {
    await makeNodes(reference, NODES, STACKED_PKI);
    startStacked(NODES);
    await backUpAndDelete(STACKED_PKI);
    const whoIs = { 'every-node': nodes, 'one-node': nodes.slice(2) };
    const output = await follow(blocksOf('restore.md', 'Three control-plane nodes'), whoIs);
    expect(output.match(/is healthy/g)?.length).toBeGreaterThanOrEqual(3);
    await expectRestored(STACKED_PKI);
    expectPodsBack();
  });

  it.runIf(reference === references.at(-1))('restores an external etcd cluster', async () => {
    await makeNodes(reference, NODES, EXTERNAL_PKI);
    for (const [index, address] of NODES.entries()) {
      nodes[index]?.write('etc/systemd/etcd.args', etcdFlags(address, EXTERNAL_PKI, NODES).join('\n'));
    }
    const apiServer = new Node({
      name: 'kube-1',
      root: path.join(folder, 'kube-1'),
      server: reference.etcd,
      addresses: {},
      metricsUrl: '',
    });
    for (const pod of OTHER_PODS) apiServer.write(`etc/kubernetes/manifests/${pod}.yaml`, 'kind: Pod\n');
    try {
      await backUpAndDelete(EXTERNAL_PKI);
      const whoIs = { 'every-node': nodes, 'one-node': nodes.slice(1, 2), 'control-plane': [apiServer] };
      await follow(blocksOf('restore.md', 'External etcd'), whoIs);
      await expectRestored(EXTERNAL_PKI);
      expect(existsSync(apiServer.path('etc/kubernetes/manifests/kube-apiserver.yaml'))).toBe(true);
    } finally {
      await apiServer.stop();
    }
  });
});
