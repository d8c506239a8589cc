/** The commands of docs/backups.md that are typed on nodes, with etcd as the kubelet runs it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import {
  etcdctlLine,
  follow,
  makeNodes,
  NODES,
  STACKED_PKI,
  startStacked,
} from '../../support/lab/control-plane.js';
import { blocksOf, instructedSections } from '../../support/lab/instructions.js';
import { references } from '../../support/lab/lab.js';
import type { Node } from '../../support/lab/node.js';

let folder = '';
let nodes: Node[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(labFolder(), 'nodes-'));
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** `kubectl` that runs the command of the manifest when a job is created from it. */
function addKubectl(node: Node): void {
  const manifest = new URL('../../../examples/backup/cronjob.yaml', import.meta.url);
  const { command } = parse(readFileSync(manifest, 'utf8')).spec.jobTemplate.spec.template.spec.containers[0];
  const line = node.here(command.join(' ')).replace('/usr/local/bin', node.path('bin'));
  const backups = node.path('var/backups/etcd');
  node.command('kubectl', `case "$*" in *' create job '*) mkdir -p ${backups}; ${line} 2>&1;; esac`);
}

/** The command of the line that the instructions have put into /etc/cron.d. */
function cronCommand(node: Node): string {
  const lines = readFileSync(node.path('etc/cron.d/etcd-backup'), 'utf8');
  const [, command = ''] = /^(?:\S+ ){5}root \/usr\/local\/bin\/(.*)$/m.exec(lines) ?? [];
  return command;
}

/** The sections that set backups up, and what makes one if the section does not. */
const WAYS: readonly (readonly [section: string, save: (node: Node) => string])[] = [
  ['By a timer of systemd', () => ''],
  ['By cron', cronCommand],
  ['By a CronJob of Kubernetes', () => ''],
];

const BACK = 'Back from a backup';

it('every section for nodes in docs/backups.md is followed', () => {
  expect([...WAYS.map(([section]) => section), BACK]).toEqual(instructedSections('backups.md'));
});

describe.each(references.slice(-1))('docs/backups.md, etcd $version', (reference) => {
  it.each(WAYS)('saves and restores as in "%s"', { timeout: 180_000 }, async (section, save) => {
    const addresses = NODES.slice(0, 1);
    nodes = await makeNodes(folder, reference, { addresses, pki: STACKED_PKI });
    startStacked(nodes, addresses);
    const [node] = nodes;
    if (node === undefined) throw new Error('no node');
    addKubectl(node);
    await node.shell(`until ${etcdctlLine(STACKED_PKI, 'endpoint', 'health')}; do sleep 0.1; done`);
    await node.shell(etcdctlLine(STACKED_PKI, 'put', 'key', 'saved'));
    const whoIs = { 'every-node': nodes, 'one-node': nodes };
    await follow(blocksOf('backups.md', section), whoIs);
    await node.shell(save(node));
    await node.shell(etcdctlLine(STACKED_PKI, 'put', 'key', 'later'));
    expect(readdirSync(node.path('var/backups/etcd')).sort()).toEqual([
      expect.stringMatching(/\.db\.zst$/),
      expect.stringMatching(/\.db\.zst\..*json$/),
    ]);
    await follow(blocksOf('backups.md', BACK), whoIs);
    expect(await node.shell(etcdctlLine(STACKED_PKI, 'get', 'key', '--print-value-only'))).toBe('saved\n');
    expect(existsSync(node.path('etc/kubernetes/manifests/kube-apiserver.yaml'))).toBe(true);
  });
});
