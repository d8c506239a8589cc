import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import {
  EXTERNAL_PKI,
  etcdctlLine,
  etcdFlags,
  follow,
  makeNodes,
  NODES,
  OTHER_PODS,
  STACKED_PKI,
  startStacked,
} from '../../support/lab/control-plane.js';
import { blocksOf } from '../../support/lab/instructions.js';
import { references } from '../../support/lab/lab.js';
import { Node } from '../../support/lab/node.js';

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

/** Fills the store, makes the backup as in the document, and then deletes all keys. */
async function backUpAndDelete(pki: string): Promise<void> {
  const [first] = nodes;
  await first?.shell(`until ${etcdctlLine(pki, 'endpoint', 'health', '--cluster')}; do sleep 0.1; done`);
  for (const name of ['a', 'b', 'c'])
    await first?.shell(etcdctlLine(pki, 'put', `/registry/pods/${name}`, name));
  await first?.shell(inPki(blocksOf('restore.md', 'The backup')[0]?.commands ?? '', pki));
  for (const node of nodes.slice(1))
    cpSync(first?.path('var/backups') ?? '', node.path('var/backups'), { recursive: true });
  await first?.shell(etcdctlLine(pki, 'del', '--prefix', '/registry/'));
}

function inPki(text: string, pki: string): string {
  return text.replaceAll(STACKED_PKI, pki);
}

async function expectRestored(pki: string): Promise<void> {
  for (const node of nodes) {
    expect(await node.shell(etcdctlLine(pki, 'get', '--prefix', '/registry/', '--print-value-only'))).toBe(
      'a\nb\nc\n',
    );
    const old = readdirSync(node.path('var/lib')).filter((name) => name.startsWith('etcd.old'));
    expect(old.map((name) => existsSync(node.path(`var/lib/${name}/member`)))).toEqual([true]);
  }
  const [first] = nodes;
  const put = await first?.shell(etcdctlLine(pki, 'put', 'after', 'x', '-w', 'json'));
  const [, revision] = /"revision":(\d+)/.exec(put ?? '') ?? [];
  expect(Number(revision)).toBeGreaterThan(1_000_000_000);
  const hashes = await first?.shell(etcdctlLine(pki, 'endpoint', 'hashkv', '--cluster'));
  const lines = (hashes ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(', ')[1]);
  expect(lines).toHaveLength(nodes.length);
  expect(new Set(lines).size).toBe(1);
}

function expectPodsBack(): void {
  for (const node of nodes) {
    for (const pod of ['etcd', ...OTHER_PODS]) {
      expect(existsSync(node.path(`etc/kubernetes/manifests/${pod}.yaml`)), pod).toBe(true);
    }
  }
}

describe.each(references)('docs/restore.md, etcd $version', (reference) => {
  it('restores one control-plane node', { timeout: 180_000 }, async () => {
    const addresses = NODES.slice(0, 1);
    nodes = await makeNodes(folder, reference, { addresses: addresses, pki: STACKED_PKI });
    startStacked(nodes, addresses);
    await backUpAndDelete(STACKED_PKI);
    const output = await follow(blocksOf('restore.md', 'One control-plane node'), { 'every-node': nodes });
    expect(output).toContain('"Count" : 3');
    await expectRestored(STACKED_PKI);
    expectPodsBack();
  });

  it('restores three control-plane nodes with --local', { timeout: 180_000 }, async () => {
    nodes = await makeNodes(folder, reference, { addresses: NODES, pki: STACKED_PKI });
    startStacked(nodes, NODES);
    await backUpAndDelete(STACKED_PKI);
    const whoIs = { 'every-node': nodes, 'one-node': nodes.slice(1, 2) };
    const output = await follow(blocksOf('restore.md', 'With `--local`'), whoIs);
    const all = nodes[0]?.here(NODES.map(({ name, ip }) => `${name}=https://${ip}:2380`).join(','));
    expect(output).toContain(`  --initial-cluster=${all}  (the old data)\n`);
    expect(output).toContain('On cp-2, cp-3, from a copy of the same file:\n');
    await expectRestored(STACKED_PKI);
    expectPodsBack();
  });

  it('restores three control-plane nodes', { timeout: 180_000 }, async () => {
    nodes = await makeNodes(folder, reference, { addresses: NODES, pki: STACKED_PKI });
    startStacked(nodes, NODES);
    await backUpAndDelete(STACKED_PKI);
    const whoIs = { 'every-node': nodes, 'one-node': nodes.slice(2) };
    const output = await follow(blocksOf('restore.md', 'Three control-plane nodes'), whoIs);
    expect(output.match(/is healthy/g)?.length).toBeGreaterThanOrEqual(3);
    await expectRestored(STACKED_PKI);
    expectPodsBack();
  });

  it.runIf(reference === references.at(-1))(
    'restores an external etcd cluster',
    { timeout: 180_000 },
    async () => {
      nodes = await makeNodes(folder, reference, { addresses: NODES, pki: EXTERNAL_PKI });
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
    },
  );
});
