/** `--local` and `etcdctl local` on nodes of all layouts, each with a server that runs with the node's certificates. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparesWithAtLeast, newestEtcdctl } from '../support/lab/lab.js';
import { type Layout, type LayoutNode, startLayout } from '../support/lab/node-layout.js';
import { ourEtcdctl, programAt, type RunOptions, run } from '../support/lab/program.js';

async function etcdctl(args: readonly string[], options?: RunOptions) {
  const { code, stdout, stderr } = await run(ourEtcdctl(), args, options);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** Runs a script of bash in which `etcdctl` is ours and `real` is the real one. */
async function bash(script: string) {
  const [ours, real] = [ourEtcdctl(), newestEtcdctl()].map(({ command, leadingArgs }) =>
    [command, ...leadingArgs].map((word) => `'${word}'`).join(' '),
  );
  const functions = `set -euo pipefail\netcdctl() { ${ours} "$@"; }\nreal() { ${real} "$@"; }\n`;
  const { code, stdout, stderr } = await run(programAt('bash'), ['-c', functions + script]);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

interface Expected {
  readonly layout: string;
  /** Below the root. */
  readonly source: string;
  readonly files: readonly [ca: string, cert: string, key: string];
  readonly member?: { readonly name: string; readonly dataDirectory: string };
}

const ETCD_PKI = 'etc/kubernetes/pki/etcd';
const RANCHER = (name: string, member: string): Expected => {
  const tls = `var/lib/rancher/${name}/server/tls/etcd`;
  return {
    layout: name,
    source: tls,
    files: [`${tls}/server-ca.crt`, `${tls}/client.crt`, `${tls}/client.key`],
    member: { name: member, dataDirectory: `var/lib/rancher/${name}/server/db/etcd` },
  };
};

const LAYOUTS: readonly (readonly [Layout, Expected])[] = [
  [
    'kubeadm',
    {
      layout: 'kubeadm',
      source: 'etc/kubernetes/manifests/etcd.yaml',
      files: [
        `${ETCD_PKI}/ca.crt`,
        `${ETCD_PKI}/healthcheck-client.crt`,
        `${ETCD_PKI}/healthcheck-client.key`,
      ],
      member: { name: 'cp1', dataDirectory: 'var/lib/etcd' },
    },
  ],
  [
    'kubeadm-external',
    {
      layout: 'external',
      source: 'etc/kubernetes/manifests/kube-apiserver.yaml',
      files: [
        `${ETCD_PKI}/ca.crt`,
        'etc/kubernetes/pki/apiserver-etcd-client.crt',
        'etc/kubernetes/pki/apiserver-etcd-client.key',
      ],
    },
  ],
  ['k3s', RANCHER('k3s', 'server1-1f0c2a7e')],
  ['rke2', RANCHER('rke2', 'server1-88d3b5c0')],
  [
    'k0s',
    {
      layout: 'k0s',
      source: 'var/lib/k0s/pki/etcd',
      files: [
        'var/lib/k0s/pki/etcd/ca.crt',
        'var/lib/k0s/pki/apiserver-etcd-client.crt',
        'var/lib/k0s/pki/apiserver-etcd-client.key',
      ],
      member: { name: 'controller1', dataDirectory: 'var/lib/k0s/etcd' },
    },
  ],
  [
    'kubespray',
    {
      layout: 'kubespray',
      source: 'etc/etcd.env',
      files: [
        'etc/ssl/etcd/ssl/ca.pem',
        'etc/ssl/etcd/ssl/admin-node1.pem',
        'etc/ssl/etcd/ssl/admin-node1-key.pem',
      ],
      member: { name: 'etcd1', dataDirectory: 'var/lib/etcd' },
    },
  ],
];

const hasServers = comparesWithAtLeast('3.7');
const nodes = new Map<Layout, LayoutNode>();

function nodeOf(layout: Layout): LayoutNode {
  const node = nodes.get(layout);
  if (node === undefined) throw new Error(`no node of ${layout}`);
  return node;
}

beforeAll(async () => {
  if (!hasServers) return;
  await Promise.all(LAYOUTS.map(async ([layout]) => nodes.set(layout, await startLayout(layout))));
});
afterAll(async () => {
  await Promise.all([...nodes.values()].map((node) => node.stop()));
});

describe.runIf(hasServers).each(LAYOUTS)('on a node of %s', (layout, expected) => {
  let node: LayoutNode;
  beforeAll(() => {
    node = nodeOf(layout);
  });

  it('--local connects without any other flag', async () => {
    const local = ['--local', '--root', node.root];
    expect(await etcdctl([...local, 'endpoint', 'health'])).toMatchObject({ code: 0, stderr: '' });
    expect(await etcdctl([...local, 'put', 'k', layout])).toEqual({ code: 0, stdout: 'OK\n', stderr: '' });
    const env = { ETCDCTL_LOCAL: 'true', ETCDCTL_ROOT: node.root };
    expect(await etcdctl(['get', 'k', '--print-value-only'], { env })).toEqual({
      code: 0,
      stdout: `${layout}\n`,
      stderr: '',
    });
  });

  it('local prints variables with which the real etcdctl connects', async () => {
    const script = `eval "$(etcdctl local --root '${node.root}')"\nreal endpoint health\nreal put from real\nreal get from\n`;
    expect(await bash(script)).toMatchObject({ code: 0, stdout: expect.stringContaining('from\nreal\n') });
  });

  it('local -w json has what the files say', async () => {
    const { stdout } = await etcdctl(['local', '--root', node.root, '-w', 'json']);
    const below = (name: string) => path.join(node.root, name);
    const found = JSON.parse(stdout);
    expect([found.layout, found.source]).toEqual([expected.layout, below(expected.source)]);
    expect([found.caFile, found.certFile, found.keyFile]).toEqual(expected.files.map(below));
    if (expected.member === undefined) expect(found).not.toHaveProperty('member');
    else {
      const { name, dataDirectory } = expected.member;
      expect(found.member).toMatchObject({
        name,
        dataDirectory: below(dataDirectory),
        peerUrls: [layout === 'k0s' ? 'https://192.0.2.11:2380' : node.here('https://192.0.2.11:2380')],
      });
      expect(existsSync(found.member.dataDirectory)).toBe(true);
    }
  });
});

describe.runIf(hasServers)('on a node of kubeadm', () => {
  let node: LayoutNode;
  const local = () => ['--local', '--root', node.root];
  beforeAll(() => {
    node = nodeOf('kubeadm');
  });

  it('flags and variables win one by one', async () => {
    const env = { ETCDCTL_ENDPOINTS: '127.0.0.1:1' };
    const args = [...local(), '--command-timeout=500ms', 'get', 'k'];
    expect((await etcdctl(args, { env })).stderr).toContain('127.0.0.1:1: connection refused');
    const noFile = await etcdctl([...local(), '--cacert=/no/such', 'get', 'k']);
    expect(noFile.stderr).toContain('Error: open /no/such: no such file or directory\n');
    const one = await etcdctl([
      ...local(),
      `--endpoints=${node.here('https://192.0.2.11:2379')}`,
      'endpoint',
      'health',
    ]);
    expect(one).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(node.here('https://192.0.2.11:2379')),
    });
  });

  it('--debug says which it uses, and which others there are', async () => {
    const { stderr } = await etcdctl([...local(), '--debug', 'get', 'k']);
    const lines = stderr.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      `--local uses ${node.root}/etc/kubernetes/manifests/etcd.yaml (kubeadm)`,
      `--local does not use ${node.root}/etc/kubernetes/manifests/kube-apiserver.yaml (external)`,
      `--local does not use ${node.root}/${ETCD_PKI} (certificates)`,
    ]);
    const source = `${node.root}/etc/kubernetes/manifests/etcd.yaml`;
    expect(lines).toContain(`ETCDCTL_CACERT=${node.root}/${ETCD_PKI}/ca.crt (--local, ${source})`);
  });

  it('a connection that fails without TLS files ends with a hint at --local', async () => {
    const hint = `this node has TLS files for etcd, found in ${node.root}/etc/kubernetes/manifests/etcd.yaml: --local uses them\n`;
    const args = [
      `--root=${node.root}`,
      `--endpoints=${node.here('127.0.0.1:2379')}`,
      '--command-timeout=500ms',
    ];
    for (const command of [
      ['get', 'k'],
      ['endpoint', 'health'],
      ['member', 'list'],
    ]) {
      const { code, stderr } = await etcdctl([...args, ...command]);
      expect({ command, code, stderr }).toEqual({ command, code: 1, stderr: expect.stringContaining(hint) });
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^Error: /);
    }
    const withFiles = [...args, `--cacert=${node.root}/${ETCD_PKI}/ca.crt`, 'get', 'k'];
    expect((await etcdctl(withFiles)).stderr).not.toContain('--local');
  });
});

describe.runIf(hasServers && existsSync('/proc/self/environ'))('by the process of a server', () => {
  let node: LayoutNode;
  let root: string;
  beforeAll(() => {
    node = nodeOf('kubespray');
    root = mkdtempSync(path.join(tmpdir(), 'etcdctl-local-'));
    const process = path.join(root, 'proc', String(node.pid));
    mkdirSync(process, { recursive: true });
    for (const name of ['cmdline', 'comm', 'environ']) {
      writeFileSync(path.join(process, name), readFileSync(`/proc/${node.pid}/${name}`));
    }
    symlinkSync('/', path.join(process, 'cwd'));
    // The paths of the process are those of this machine.
    cpSync(node.root, path.join(root, node.root), { recursive: true });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('--local connects', async () => {
    expect(await etcdctl(['--local', '--root', root, 'put', 'k', 'v'])).toEqual({
      code: 0,
      stdout: 'OK\n',
      stderr: '',
    });
    const { stdout } = await etcdctl(['local', '--root', root]);
    expect(stdout.split('\n')[0]).toBe(`# found in process ${node.pid}`);
  });

  it('a connection that fails on its port without TLS files ends with a hint at --local', async () => {
    const hint = `this node has TLS files for etcd, found in process ${node.pid}: --local uses them\n`;
    const { host, port } = new URL(node.here('https://192.0.2.11:2379'));
    const limits = [`--root=${root}`, '--command-timeout=500ms'];
    for (const command of [
      [`--endpoints=${host}`, 'get', 'k'],
      [`--endpoints=https://localhost:${port}`, 'get', 'k'],
      [`--endpoints=${host}`, 'endpoint', 'health', '--wait=500ms'],
      [`--endpoints=${host}`, 'doctor'],
    ]) {
      const { stderr } = await etcdctl([...limits, ...command]);
      expect({ command, stderr }).toEqual({ command, stderr: expect.stringContaining(hint) });
      expect(stderr.split('--local')).toHaveLength(2);
    }
    const other = await etcdctl([...limits, '--endpoints=127.0.0.1:1', 'get', 'k']);
    expect(other.stderr).not.toContain('--local');
  });

  it('local finds it among the processes of this machine', async () => {
    const first = JSON.parse((await etcdctl(['local', '-w', 'json'])).stdout);
    const found = [first, ...first.others].find(({ source }) => source === `process ${node.pid}`);
    expect(found).toMatchObject({
      endpoints: [node.here('https://192.0.2.11:2379')],
      certFile: path.join(node.root, 'etc/ssl/etcd/ssl/member-node1.pem'),
      member: {
        name: 'etcd1',
        initialClusterToken: 'k8s_etcd',
        dataDirectory: path.join(node.root, 'var/lib/etcd'),
      },
    });
  });
});

describe('bad input', () => {
  let root: string;
  const manifest = () => path.join(root, 'etc/kubernetes/manifests/etcd.yaml');
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'etcdctl-local-'));
    mkdirSync(path.dirname(manifest()), { recursive: true });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  async function expectError(error: string, how: readonly string[] = []) {
    for (const command of [['local'], ['--local', 'get', 'k']]) {
      const { code, stdout, stderr } = await etcdctl([...command, ...how]);
      expect({ command, code, stdout, stderr }).toEqual({
        command,
        code: 1,
        stdout: '',
        stderr: `Error: ${error}\n`,
      });
    }
  }

  it('without etcd, the places are named that were looked at', async () => {
    await expectError(
      `found no etcd below ${root}: looked at /etc/kubernetes/manifests/etcd.yaml, /etc/kubernetes/manifests/kube-apiserver.yaml, ` +
        '/var/lib/rancher/k3s/server/tls/etcd, /var/lib/rancher/rke2/server/tls/etcd, /var/lib/k0s/pki/etcd, /etc/etcd.env, ' +
        'the processes in /proc, /etc/kubernetes/pki/etcd',
      ['--root', root],
    );
  });

  it.each([
    ['spec:\n\tcontainers: []\n', 'Tabs are not allowed as indentation at line 2, column 1'],
    ['a: b: c\n', 'Nested mappings are not allowed in compact mappings at line 1, column 4'],
    ['%PDF-1.7\n\x00\x01', /^/],
  ])('a manifest that is no YAML is named, with the position: %j', async (text, problem) => {
    writeFileSync(manifest(), text);
    if (typeof problem === 'string') {
      await expectError(`${manifest()} is not valid YAML: ${problem}`, ['--root', root]);
    } else expect((await etcdctl(['local', '--root', root])).stderr).toMatch(/^Error: [^\n]*\n$/);
    rmSync(manifest());
  });

  it('a root must be a directory', async () => {
    await expectError('--root: stat /no/such: no such file or directory', ['--root', '/no/such']);
    await expectError('empty string is passed to --root option', ['--root', '']);
  });

  it('local has no arguments, and not all formats', async () => {
    expect(await etcdctl(['local', 'x'])).toMatchObject({
      code: 128,
      stderr: 'Error: local command accepts no arguments\n',
    });
    expect(await etcdctl(['local', '-w', 'protobuf', '--root', root])).toMatchObject({ code: 4, stdout: '' });
  });
});
