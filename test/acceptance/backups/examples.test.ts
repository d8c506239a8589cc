/** The files in examples/backup: what reads them accepts them, and their command line saves what can be restored. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CronJob } from 'kubernetes-types/batch/v1.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type LayoutNode, startLayout } from '../../support/lab/node-layout.js';
import { ourEtcdctl, programAt, run } from '../../support/lab/program.js';

const PROJECT = path.resolve(import.meta.dirname, '../../..');
const EXAMPLES = path.join(PROJECT, 'examples/backup');
const PROGRAM = '/usr/local/bin/etcdctl';

function example(name: string): string {
  return readFileSync(path.join(EXAMPLES, name), 'utf8');
}

/** The values of a setting of a unit file, in their order. */
function settingsOf(unit: string, name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

const service = example('etcd-backup.service');
const [serviceCommand = ''] = settingsOf(service, 'ExecStart');
/** With +, systemd runs them without the restrictions of the unit. */
const preparations = settingsOf(service, 'ExecStartPre').map((line) => line.replace(/^\+/, ''));
const job = parse(example('cronjob.yaml')) as CronJob;
const pod = job.spec?.jobTemplate.spec?.template.spec;
const [container] = pod?.containers ?? [];
const cronLine = example('etcd-backup.cron')
  .split('\n')
  .find((line) => /^[0-9*]/.test(line));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'backup-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the examples of backups', () => {
  it('run the same command line', () => {
    expect(container?.command?.join(' ')).toBe(serviceCommand);
    expect(cronLine).toMatch(/^\S+ \S+ \S+ \S+ \S+ root /);
    expect(cronLine?.replace(/^(?:\S+ ){5}root /, '')).toBe(`${serviceCommand} >/dev/null`);
  });

  it('have a service and a job that may write only where the backups are, and find this place', () => {
    const directory = '/var/backups/etcd';
    expect(settingsOf(service, 'ReadWritePaths')).toEqual([directory]);
    expect(settingsOf(service, 'ExecStartPre')).toEqual([`+/usr/bin/install -d -m 0700 ${directory}`]);
    expect(container?.env).toEqual([{ name: 'TMPDIR', value: directory }]);
  });

  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
  it.skipIf(!hasSystemd)('have units that systemd accepts', async () => {
    for (const name of ['etcd-backup.service', 'etcd-backup.timer']) {
      writeFileSync(path.join(folder, name), example(name).replaceAll(PROGRAM, process.execPath));
    }
    const args = ['verify', '--man=no', 'etcd-backup.service', 'etcd-backup.timer'];
    const { code, stdout, stderr } = await run(programAt('systemd-analyze'), args, { cwd: folder });
    expect([code, `${stdout}${stderr}`]).toEqual([0, '']);
  });

  it('have a file for cron whose line is complete and has no % that cron would take for a line end', () => {
    expect(example('etcd-backup.cron').endsWith('\n')).toBe(true);
    expect(cronLine).not.toContain('%');
  });

  it('have a CronJob with the fields and types of Kubernetes, and no others', async () => {
    expect(await typeErrors(example('cronjob.yaml'))).toEqual('');
    expect(await typeErrors(example('cronjob.yaml').replace('hostNetwork:', 'hostNetwrok:'))).toContain(
      'hostNetwrok',
    );
    expect(await typeErrors(example('cronjob.yaml').replace('- "14"', '- 14'))).toContain("'number'");
  });

  it('have a CronJob whose mounts exist, are read-only but for the backups, and need no more rights', () => {
    const paths = new Map(pod?.volumes?.map(({ name, hostPath }) => [name, hostPath?.path]));
    const mounts = container?.volumeMounts?.map(({ name, mountPath, readOnly = false }) => ({
      mountPath,
      onNode: paths.get(name),
      readOnly,
    }));
    const mount = (mountPath: string, readOnly: boolean) => ({ mountPath, onNode: mountPath, readOnly });
    expect(mounts).toEqual([mount('/etc/kubernetes/pki/etcd', true), mount('/var/backups/etcd', false)]);
    expect(job.spec).toMatchObject({
      concurrencyPolicy: 'Forbid',
      schedule: expect.stringMatching(/^(?:\S+ ){4}\S+$/),
    });
    expect(pod).toMatchObject({
      hostNetwork: true,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
    });
    expect(container?.securityContext).toEqual({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

/** What the compiler says about the manifest as a value of the type of Kubernetes' API; it knows fields that do not exist. */
async function typeErrors(manifest: string): Promise<string> {
  const text = `import type { CronJob } from 'kubernetes-types/batch/v1';\nexport const job: CronJob = `;
  writeFileSync(path.join(folder, 'job.ts'), `${text}${JSON.stringify(parse(manifest), null, 1)};\n`);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'preserve',
    types: [],
    paths: { 'kubernetes-types/*': [path.join(PROJECT, 'node_modules/kubernetes-types/*')] },
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['job.ts'] }));
  const { stdout } = await run(programAt(path.join(PROJECT, 'node_modules/.bin/tsc')), ['-p', folder]);
  return stdout.toString();
}

describe('the command line of', () => {
  let node: LayoutNode;
  beforeAll(async () => {
    node = await startLayout('kubeadm');
  });
  afterAll(() => node?.stop());

  const { command, leadingArgs } = ourEtcdctl();
  const ours = [command, ...leadingArgs].map((word) => `'${word}'`).join(' ');

  /** The line with the paths of the node below a root. */
  function here(line: string, root: string): string {
    const moved = line.replaceAll(/(?<![\w./-])\/(etc|var)\//g, `${root}/$1/`);
    return moved.replaceAll(PROGRAM, `${ours} --root '${root}'`);
  }

  async function shell(line: string, env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await run(programAt('sh'), ['-euc', line], { env });
    expect(code, `${line}: ${stderr}`).toBe(0);
    return stdout.toString();
  }

  const etcdctl = (line: string) => shell(here(`${PROGRAM} ${line}`, node.root));

  /** The node as the container of the job has it: only what is mounted. */
  function containerRoot(): string {
    const root = path.join(folder, 'container');
    for (const { mountPath } of container?.volumeMounts ?? []) {
      mkdirSync(path.join(root, mountPath), { recursive: true });
    }
    const certificates = 'etc/kubernetes/pki/etcd';
    cpSync(path.join(node.root, certificates), path.join(root, certificates), { recursive: true });
    return root;
  }

  it.each([
    ['the service', () => ({ root: node.root, lines: [...preparations, serviceCommand], env: {} })],
    [
      'the line of cron',
      () => ({ root: node.root, lines: [cronLine?.replace(/^(?:\S+ ){5}root /, '') ?? ''], env: {} }),
    ],
    [
      'the job',
      () => ({
        root: containerRoot(),
        lines: [
          (container?.command ?? [])
            .map((word) => `'${word}'`)
            .join(' ')
            .replaceAll("'", ''),
        ],
        // The certificates alone stand for etcd's usual port.
        env: { ETCDCTL_ENDPOINTS: node.here('https://127.0.0.1:2379') },
      }),
    ],
  ])('%s saves a snapshot that is verified, and from which the node is restored', async (what, example) => {
    await etcdctl(`--local put key '${what}'`);
    const { root, lines, env } = example();
    for (const line of lines) await shell(here(line, root), env);
    await etcdctl('--local put key later');
    const directory = path.join(root, 'var/backups/etcd');
    await shell(`${ours} snapshot verify '${directory}/'`);
    const [newest] = readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(path.join(directory, name), 'utf8')))
      .sort((a, b) => b.begin.localeCompare(a.begin));
    await node.end();
    const [manifests, stopped] = ['manifests', 'stopped'].map(
      (name) => `${node.root}/etc/kubernetes/${name}`,
    );
    await shell(`mv ${manifests} ${stopped}`);
    await etcdctl(`snapshot restore '${directory}/${newest.file}' --local --yes`);
    await shell(`mv ${stopped} ${manifests}`);
    await node.start();
    expect(await etcdctl('--local get key --print-value-only')).toBe(`${what}\n`);
  });
});
