/** `snapshot restore --local` on nodes of all layouts. */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { besideData, runText, treeOf } from '../../support/lab/data-folder.js';
import { type Layout, type LayoutNode, startLayout } from '../../support/lab/node-layout.js';
import { ourEtcdctl, ourEtcdutl, type Program } from '../../support/lab/program.js';

const isRoot = process.getuid?.() === 0;

const LAYOUTS: readonly (readonly [Layout, string, Program])[] = [
  ['kubeadm', 'var/lib/etcd', ourEtcdctl()],
  ['kubespray', 'var/lib/etcd', ourEtcdutl()],
  ['k0s', 'var/lib/k0s/etcd', ourEtcdctl()],
];

/** Moves the manifests of a node, if it has any. */
function moveManifests({ root }: LayoutNode, [from, to]: readonly [from: string, to: string]): void {
  const folder = path.join(root, 'etc/kubernetes');
  if (existsSync(path.join(folder, from))) renameSync(path.join(folder, from), path.join(folder, to));
}
const AWAY = ['manifests', 'stopped'] as const;
const BACK = ['stopped', 'manifests'] as const;

describe.each(LAYOUTS)('snapshot restore --local on a node of %s', (layout, dataPath, program) => {
  let node: LayoutNode;
  let data = '';
  let snapshot = '';
  beforeAll(async () => {
    node = await startLayout(layout);
    data = path.join(node.root, dataPath);
    snapshot = path.join(node.root, 'backup.db');
    await etcdctl('put', 'key', 'saved');
    await etcdctl('snapshot', 'save', snapshot);
    await etcdctl('put', 'key', 'later');
  });
  afterAll(() => node?.stop());

  async function etcdctl(...args: string[]): Promise<string> {
    const result = await runText(ourEtcdctl(), ['--local', '--root', node.root, ...args]);
    expect(result.code, result.stderr).toBe(0);
    return result.stdout;
  }

  const restore = (...args: string[]) =>
    runText(program, ['snapshot', 'restore', snapshot, '--local', '--root', node.root, ...args]);

  it('refuses while etcd runs, and says what to do', async () => {
    const before = treeOf(path.dirname(data)).length;
    const { code, stderr } = await restore('--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: nothing was changed, because /m);
    expect(stderr).toContain(`etcd runs on this data: process ${node.pid}`);
    if (layout === 'kubeadm') expect(stderr).toContain(`mkdir -p ${node.root}/etc/kubernetes/stopped\n`);
    expect(treeOf(path.dirname(data))).toHaveLength(before);
  });

  it.runIf(layout === 'kubeadm')('refuses while the kubelet would start etcd again', async () => {
    await node.end();
    const before = treeOf(node.root);
    const dryRun = await restore('--dry-run');
    const { code, stderr } = await restore('--yes');
    const folder = `${node.root}/etc/kubernetes`;
    expect([dryRun.code, code, dryRun.stderr]).toEqual([1, 1, stderr]);
    expect(dryRun.stdout).toContain('\nIt is refused now:\n  the manifest of etcd is in ');
    expect(stderr).toBe(
      [
        'stop etcd and what uses it, and run this command again when etcd has ended:',
        `  mkdir -p ${folder}/stopped`,
        `  mv ${folder}/manifests/etcd.yaml ${folder}/manifests/kube-apiserver.yaml ${folder}/stopped/`,
        `Error: nothing was changed, because the manifest of etcd is in ${folder}/manifests: the kubelet would start etcd\n`,
      ].join('\n'),
    );
    expect(treeOf(node.root)).toEqual(before);
  });

  it('shows with --dry-run what it would do, and touches nothing', async () => {
    await node.end();
    moveManifests(node, AWAY);
    const before = treeOf(node.root);
    const { code, stdout, stderr } = await restore('--dry-run', '-w', 'json');
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ dryRun: true, snapshot, problems: [] });
    expect(report.settings[0]).toMatchObject({ name: 'data-dir', value: data });
    expect(report.recommendations).toContainEqual(expect.stringContaining('--bump-revision=1000000000'));
    const text = await restore('--dry-run');
    expect(text.stdout).toContain(`1. Write new data from ${snapshot} beside ${data}\n2. Rename ${data} to `);
    expect(treeOf(node.root)).toEqual(before);
  });

  it('restores nothing without --yes when nobody can be asked', async () => {
    const before = treeOf(node.root);
    const { code, stdout, stderr } = await restore();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Error: nothing was changed: --yes does these steps without questions\n',
    });
    expect(stdout).toContain('To restore ');
    expect(treeOf(node.root)).toEqual(before);
  });

  it('puts the old data aside, and etcd serves the saved data', async () => {
    chmodSync(data, 0o750);
    if (isRoot) for (const each of [data, path.join(data, 'member')]) chownSync(each, 1234, 1235);
    const { code, stderr } = await restore('--yes', '--bump-revision=1000000000', '--mark-compacted');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /\nrestored snapshot .*backup\.db to .*: member [0-9a-f]+ of cluster [0-9a-f]+\nthe old data is in .*Z\n$/,
    );
    expect(besideData(data)).toEqual(expect.arrayContaining(['etcd', 'etcd.old-TIME']));
    const { mode, uid } = statSync(data);
    expect([mode & 0o777, uid]).toEqual([0o750, isRoot ? 1234 : process.getuid?.()]);
    expect(statSync(path.join(data, 'member/snap/db')).uid).toBe(uid);
    moveManifests(node, BACK);
    await node.start();
    expect(await etcdctl('get', 'key', '--print-value-only')).toBe('saved\n');
    expect(await etcdctl('put', 'key', 'new', '-w', 'json')).toMatch(/"revision":10000000\d\d/);
    await node.end();
    const old = readdirSync(path.dirname(data)).find((name) => name.startsWith('etcd.old-')) ?? '';
    renameSync(data, `${data}.restored`);
    renameSync(path.join(path.dirname(data), old), data);
    await node.start();
    expect(await etcdctl('get', 'key', '--print-value-only')).toBe('later\n');
  });
});

describe('snapshot restore --local where another program restores etcd', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'rancher-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ['k3s', 'k3s'],
    ['rke2', 'rke2-server'],
  ])('says what to type with %s', async (name, service) => {
    const node = path.join(root, name);
    cpSync(path.resolve(import.meta.dirname, '../../fixtures/nodes', name), node, { recursive: true });
    const tls = path.join(node, `var/lib/rancher/${name}/server/tls/etcd`);
    mkdirSync(tls, { recursive: true });
    for (const file of ['server-ca.crt', 'client.crt', 'client.key']) writeFileSync(path.join(tls, file), '');
    writeFileSync(path.join(node, 'b.db'), '');
    const before = treeOf(node);
    const args = ['snapshot', 'restore', `${node}/b.db`, '--local', '--root', node, '--yes'];
    const { code, stderr } = await runText(ourEtcdctl(), args);
    expect(code).toBe(1);
    expect(stderr).toContain(`  systemctl stop ${service}\n`);
    expect(stderr).toContain(`  ${name} server --data-dir ${node}/var/lib/rancher/${name} --cluster-reset `);
    expect(stderr).toContain(` --cluster-reset-restore-path=${node}/b.db\n`);
    expect(stderr).toMatch(
      new RegExp(`\nError: nothing was changed, because ${name} restores its etcd itself\n$`),
    );
    expect(treeOf(node)).toEqual(before);
  });

  it('names the hosts of an external etcd', async () => {
    const node = path.resolve(import.meta.dirname, '../../fixtures/nodes/kubeadm-external');
    const args = ['snapshot', 'restore', `${root}/k3s/b.db`, '--local', '--root', node];
    const { code, stderr } = await runText(ourEtcdctl(), args);
    expect([code, stderr]).toEqual([
      1,
      'Error: the etcd of this cluster runs elsewhere: restore it there (https://192.0.2.21:2379, https://192.0.2.22:2379)\n',
    ]);
  });
});
