/** Control-plane nodes as in the instructions in docs/: their addresses, certificates and manifests. */
import { cpSync } from 'node:fs';
import path from 'node:path';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import { createPki } from '../../../scripts/lib/pki.mjs';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import type { Block } from './instructions.js';
import { Node } from './node.js';

/** The nodes and addresses in the documents. */
export const NODES = [1, 2, 3].map((number) => ({ name: `cp-${number}`, ip: `10.0.0.1${number}` }));
export type NodeAddress = (typeof NODES)[number];

/** etcd's flags as kubeadm gives them. */
export function etcdFlags(
  { name, ip }: NodeAddress,
  pki: string,
  all: readonly NodeAddress[],
): readonly string[] {
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

export const STACKED_PKI = '/etc/kubernetes/pki/etcd';
export const EXTERNAL_PKI = '/etc/etcd/pki';
export const OTHER_PODS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** An etcdctl command line as on the nodes, for steps between the blocks. */
export function etcdctlLine(pki: string, ...args: readonly string[]): string {
  const files = `--cacert ${pki}/ca.crt --cert ${pki}/healthcheck-client.crt --key ${pki}/healthcheck-client.key`;
  return `etcdctl --endpoints https://127.0.0.1:2379 ${files} ${args.join(' ')}`;
}

/** Creates nodes in the folder, with certificates; nothing runs on them yet. */
export async function makeNodes(
  folder: string,
  reference: CompleteReference,
  { addresses, pki }: { readonly addresses: readonly NodeAddress[]; readonly pki: string },
): Promise<Node[]> {
  await createPki(path.join(folder, 'pki'), { algorithm: 'ecdsa' });
  const ports = await freePorts(3 * addresses.length);
  const peers = addresses.map(({ ip }, index) => [`${ip}:2380`, `127.0.0.1:${ports[3 * index]}`] as const);
  return addresses.map(({ name, ip }, index) => {
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

/** Runs the blocks of a section in order, each on all of its nodes at the same time; returns their output. */
export async function follow(
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

/** Starts etcd on the nodes from static pod manifests, as in a stacked cluster. */
export function startStacked(nodes: readonly Node[], addresses: readonly NodeAddress[]): void {
  for (const [index, address] of addresses.entries()) {
    for (const pod of OTHER_PODS) nodes[index]?.write(`etc/kubernetes/manifests/${pod}.yaml`, 'kind: Pod\n');
    nodes[index]?.write(
      'etc/kubernetes/manifests/etcd.yaml',
      manifest(etcdFlags(address, STACKED_PKI, addresses)),
    );
  }
}
