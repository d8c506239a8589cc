/** `doctor` on a node: the disk of the data directory. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diagnose, findingsOn, runDoctor } from '../../support/lab/doctor.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, programAt, run } from '../../support/lab/program.js';

/** As root in a namespace of its own, a program can mount file systems; some machines forbid it. */
const NAMESPACES = ['--user', '--map-root-user', '--mount'];
const canMount = spawnSync('unshare', [...NAMESPACES, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

it('the directory is looked for', async () => {
  const root = createNode();
  await diagnose(['--local', `--root=${root}`], {
    ids: ['disk-space-unknown', 'single-voter'],
    words:
      /disk-space-unknown m1 .*The free space under \S+\/var\/lib\/etcd is not known: no such file or directory\./,
  });
  mkdirSync(path.join(root, 'var/lib/etcd'), { recursive: true });
  const { stdout } = await runDoctor(['--local', `--root=${root}`]);
  expect(findingsOn(stdout.toString())).not.toContain('disk-space-unknown');
});

it.skipIf(!canMount)('the disk is nearly full', async () => {
  const root = createNode();
  const directory = path.join(root, 'var/lib/etcd');
  mkdirSync(directory, { recursive: true });
  const fill = `mount -t tmpfs -o size=1000k tmpfs ${directory} && head -c 970k /dev/zero >${directory}/full`;
  const { command, leadingArgs } = ourEtcdctl();
  const inside = ['sh', '-c', `${fill} && exec "$@"`, 'sh', command, ...leadingArgs];
  const program = { ...programAt('unshare'), leadingArgs: [...NAMESPACES, ...inside] };
  const { stdout } = await run(program, ['--local', `--root=${root}`, 'doctor']);
  expect(stdout.toString().replace(/\s+/g, ' ')).toMatch(
    /FAILURE disk-space-low m1 \S+ The file system of \S+ has \d+ kB free, [0-4] % of 1\.0 MB/,
  );
});

/** Creates the root directory of a node of kubeadm. */
function createNode(): string {
  const root = mkdtempSync(path.join(lab.folder, 'root-'));
  const manifests = path.join(root, 'etc/kubernetes/manifests');
  mkdirSync(manifests, { recursive: true });
  const args = ['--name=m1', '--data-dir=/var/lib/etcd', `--listen-client-urls=${lab.cluster.endpoints[0]}`];
  const lines = ['etcd', ...args].map((arg) => `    - ${arg}\n`).join('');
  writeFileSync(
    path.join(manifests, 'etcd.yaml'),
    `spec:\n  containers:\n  - name: etcd\n    command:\n${lines}`,
  );
  return root;
}
