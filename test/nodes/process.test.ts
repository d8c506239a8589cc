import { describe, expect, it } from 'vitest';
import { runningProcess } from '../../src/nodes/process.js';
import { type FakeFile, fakeNode } from '../support/fake-node.js';

type Files = Record<string, FakeFile>;

/** The files of a process in /proc. */
function proc(id: number, args: readonly string[], more: Files = {}): Files {
  const files: Files = {
    comm: 'etcd\n',
    cmdline: args.map((arg) => `${arg}\0`).join(''),
    environ: '',
    ...more,
  };
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [`/proc/${id}/${name}`, file]));
}

const found = (tree: Files) => runningProcess.find(fakeNode(tree));
const URLS = '--listen-client-urls=https://127.0.0.1:1234';

it('is described by its arguments', async () => {
  const args = [
    '/usr/local/bin/etcd',
    '--name=n1',
    '--listen-client-urls',
    'https://127.0.0.1:1234',
    '--trusted-ca-file=/pki/ca.crt',
    '--cert-file=/pki/s.crt',
    '--key-file=/pki/s.key',
    '--client-cert-auth',
    '--data-dir=data',
    '--initial-advertise-peer-urls=https://10.0.0.4:2380',
    '--initial-cluster-token=t',
  ];
  expect(await found(proc(77, args, { cwd: { link: '/var/lib' } }))).toEqual([
    {
      layout: 'process',
      source: 'process 77',
      endpoints: ['https://127.0.0.1:1234'],
      caFile: '/pki/ca.crt',
      certFile: '/pki/s.crt',
      keyFile: '/pki/s.key',
      member: {
        name: 'n1',
        dataDirectory: '/var/lib/data',
        peerUrls: ['https://10.0.0.4:2380'],
        initialClusterToken: 't',
      },
    },
  ]);
});

describe('the settings', () => {
  it('can be variables, which flags override', async () => {
    const environ = 'PATH=/bin\0ETCD_LISTEN_CLIENT_URLS=https://127.0.0.1:1\0ETCD_NAME=a\0ETCD_DATA_DIR=/d\0';
    const [byVariables] = await found(proc(1, ['etcd'], { environ }));
    expect(byVariables).toMatchObject({
      endpoints: ['https://127.0.0.1:1'],
      member: { name: 'a', dataDirectory: '/d' },
    });
    const [byFlag] = await found(proc(1, ['etcd', URLS], { environ }));
    expect(byFlag).toMatchObject({ endpoints: ['https://127.0.0.1:1234'], member: { name: 'a' } });
  });

  it.each([
    ['a flag', ['etcd', '--config-file', 'e.yml', '--name=ignored'], ''],
    ['a variable', ['etcd'], 'ETCD_CONFIG_FILE=/etc/e.yml\0ETCD_NAME=ignored\0'],
  ])('can be in a file that %s names', async (_what, args, environ) => {
    const tree = proc(1, args, { environ, cwd: { link: '/etc' } });
    const text =
      'name: n1\nlisten-client-urls: https://127.0.0.1:1234\nclient-transport-security: {trusted-ca-file: ca.crt}\n';
    const [etcd] = await found({ ...tree, '/etc/e.yml': text });
    expect(etcd).toMatchObject({
      endpoints: ['https://127.0.0.1:1234'],
      caFile: '/etc/ca.crt',
      member: { name: 'n1', dataDirectory: '/etc/n1.etcd' },
    });
  });

  it('have defaults', async () => {
    const [etcd] = await found(proc(1, ['etcd']));
    expect(etcd).toMatchObject({
      endpoints: ['http://127.0.0.1:2379'],
      member: { dataDirectory: '/proc/1/cwd/default.etcd' },
    });
  });

  it('are unknown when they may be in an environment that another user may not read', async () => {
    const tree = proc(1, ['etcd', '--name=n1'], { environ: 'denied' });
    const files = fakeNode(tree);
    expect(await runningProcess.find(files)).toEqual([]);
    expect([...files.denied]).toEqual(['/proc/1/environ']);
    expect(await found(proc(1, ['etcd', URLS], { environ: 'denied' }))).toHaveLength(1);
  });
});

it('in a container has its files there', async () => {
  const ns = (name: string) => ({ 'ns/mnt': { link: name } });
  const args = ['etcd', URLS, '--trusted-ca-file=/pki/ca.crt', '--data-dir=data'];
  const self = { '/proc/self/ns/mnt': { link: 'mnt:[1]' } };
  const inside = await found({ ...proc(1, args, { ...ns('mnt:[2]'), cwd: { link: '/' } }), ...self });
  expect(inside[0]).toMatchObject({
    caFile: '/proc/1/root/pki/ca.crt',
    member: { dataDirectory: '/proc/1/root/data' },
  });
  const outside = await found({ ...proc(1, args, ns('mnt:[1]')), ...self });
  expect(outside[0]).toMatchObject({ caFile: '/pki/ca.crt' });
});

it('is found by its name or its path, several in the order of their ids', async () => {
  const tree = {
    ...proc(200, ['/opt/etcd', URLS], { comm: 'x\n' }),
    ...proc(30, ['/lib/ld.so-for-etcd', URLS]),
    ...proc(4, ['etcd', 'gateway', 'start', URLS]),
    ...proc(5, ['etcd', 'grpc-proxy', 'start', URLS]),
    ...proc(6, ['/usr/bin/etcdctl', 'watch', 'etcd'], { comm: 'etcdctl\n' }),
    ...proc(7, ['vi', '/etc/etcd'], { comm: 'vi\n' }),
    ...proc(8, []),
    '/proc/self/cmdline': 'etcd\0',
    '/proc/version': 'etcd',
  };
  expect((await found(tree)).map(({ source }) => source)).toEqual(['process 30', 'process 200']);
});
