import { describe, expect, it } from 'vitest';
import { kubeadm } from '../../src/nodes/kubeadm.js';
import { type FakeFile, fakeNode } from '../support/fake-node.js';

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
const PKI = '/etc/kubernetes/pki/etcd';

/** A manifest whose container has this YAML, and volumes if any. */
function manifest(container: string, volumes = ''): string {
  const indented = container.replaceAll('\n', '\n    ');
  return `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n    ${indented}\n${volumes}`;
}

async function found(container: string, others: Record<string, FakeFile> = {}) {
  const files = fakeNode({ [MANIFEST]: container, ...others });
  const [etcd, ...rest] = await kubeadm.find(files);
  expect(rest).toEqual([]);
  return etcd;
}

const withUrls = (urls: string) =>
  found(manifest(`command: [etcd, ${JSON.stringify(`--listen-client-urls=${urls}`)}]`));

it('reads everything that kubeadm writes', async () => {
  const text = manifest(`command:
- etcd
- --advertise-client-urls=https://10.0.0.4:2379
- --cert-file=${PKI}/server.crt
- --client-cert-auth=true
- --data-dir=/var/lib/etcd
- --initial-advertise-peer-urls=https://10.0.0.4:2380
- --initial-cluster=n1=https://10.0.0.4:2380
- --key-file=${PKI}/server.key
- --listen-client-urls=https://127.0.0.1:2379,https://10.0.0.4:2379
- --name=n1
- --trusted-ca-file=${PKI}/ca.crt`);
  const client = { [`${PKI}/healthcheck-client.crt`]: '', [`${PKI}/healthcheck-client.key`]: '' };
  expect(await found(text, client)).toEqual({
    layout: 'kubeadm',
    source: MANIFEST,
    endpoints: ['https://127.0.0.1:2379'],
    caFile: `${PKI}/ca.crt`,
    certFile: `${PKI}/healthcheck-client.crt`,
    keyFile: `${PKI}/healthcheck-client.key`,
    member: {
      name: 'n1',
      dataDirectory: '/var/lib/etcd',
      peerUrls: ['https://10.0.0.4:2380'],
      initialCluster: 'n1=https://10.0.0.4:2380',
    },
  });
});

describe('the endpoint', () => {
  it.each([
    ['https://10.0.0.4:2379,https://127.0.0.1:2379', 'https://127.0.0.1:2379'],
    ['https://10.0.0.4:2379, https://localhost:12379', 'https://localhost:12379'],
    ['https://[fd00::4]:2379,https://[::1]:2379', 'https://[::1]:2379'],
    ['https://10.0.0.4:2379,https://10.0.0.5:2379', 'https://10.0.0.4:2379'],
    ['https://0.0.0.0:2379', 'https://127.0.0.1:2379'],
    ['https://[::]:2379', 'https://[::1]:2379'],
    ['https://:2379', 'https://127.0.0.1:2379'],
    ['HTTP://127.0.0.1:2379', 'http://127.0.0.1:2379'],
    ['unix://localhost:2379', 'unix://localhost:2379'],
    ['nonsense,https://10.0.0.4:2379', 'https://10.0.0.4:2379'],
    ['', 'http://127.0.0.1:2379'],
    ['$(POD_IP)', 'http://127.0.0.1:2379'],
    // The kubelet alone knows the address of the pod.
    ['https://$(POD_IP):2379,https://10.0.0.4:2379', 'https://10.0.0.4:2379'],
  ])('of %s is %s', async (urls, endpoint) => {
    expect((await withUrls(urls))?.endpoints).toEqual([endpoint]);
  });

  it('has the variables of the manifest in it', async () => {
    const env = 'env:\n- {name: IP, value: 10.0.0.4}\n- {name: URL, value: "https://$(IP):2379"}';
    for (const url of ['https://$(IP):2379', '$(URL)']) {
      const etcd = await found(manifest(`command: [etcd, "--listen-client-urls=${url}"]\n${env}`));
      expect(etcd?.endpoints).toEqual(['https://10.0.0.4:2379']);
    }
    const escaped = await found(manifest(`command: [etcd, "--name=$$(IP)"]\n${env}`));
    expect(escaped?.member?.name).toBe('$(IP)');
  });

  it('is what is advertised when there is nothing else', async () => {
    const etcd = await found(manifest('command: [etcd, --advertise-client-urls=https://10.0.0.4:2379]'));
    expect(etcd?.endpoints).toEqual(['https://10.0.0.4:2379']);
  });

  it('is the usual port, with TLS if the server has a certificate', async () => {
    const etcd = await found(manifest('command: [etcd, --cert-file=/a, --key-file=/b]'));
    expect(etcd?.endpoints).toEqual(['https://127.0.0.1:2379']);
  });
});

describe('the command', () => {
  const endpoint = 'https://127.0.0.1:1234';
  const flag = `--listen-client-urls=${endpoint}`;

  it.each([
    ['a list', `command: [/usr/local/bin/etcd, "${flag}"]`],
    ['arguments apart', `command: [etcd]\nargs: ["${flag}"]`],
    [
      'a flag and its value apart',
      `command: [etcd, --client-cert-auth, --listen-client-urls, "${endpoint}"]`,
    ],
    ['one dash', `command: [etcd, -listen-client-urls, "${endpoint}"]`],
    ['one text', `command: etcd ${flag}`],
    [
      'a shell',
      `command: [/bin/sh, -c, "ulimit -n 9 && exec /bin/etcd --name 'a b' ${flag} 2>&1 | tee /log"]`,
    ],
    [
      'a script of several lines',
      `command:\n- sh\n- -ec\n- |\n  exec etcd \\\n    --name n1 \\\n    ${flag}`,
    ],
    ['a variable', `command: [etcd]\nenv:\n- {name: ETCD_LISTEN_CLIENT_URLS, value: "${endpoint}"}`],
    [
      'a variable that a flag overrides',
      `command: [etcd, ${flag}]\nenv: [{name: ETCD_LISTEN_CLIENT_URLS, value: x}]`,
    ],
    ['repeated, the last one counts', `command: [sleep]\ncommand: [etcd, ${flag}]`],
    ['merged', `<<: {command: [etcd, ${flag}]}`],
    ['anchors', `env: [{name: X, value: &url "${endpoint}"}]\ncommand: [etcd, --listen-client-urls, *url]`],
  ])('can be %s', async (_what, container) => {
    expect((await found(manifest(container)))?.endpoints).toEqual([endpoint]);
  });

  it('can name a configuration file, which rules out flags', async () => {
    const etcd = await found(
      manifest(
        'command: [etcd, --config-file=/conf/etcd.yml, --name=ignored]\nvolumeMounts: [{name: c, mountPath: /conf}]',
        '  volumes: [{name: c, hostPath: {path: /etc/etcd}}]\n',
      ),
      {
        '/etc/etcd/etcd.yml': `name: n1
listen-client-urls: https://127.0.0.1:1234
client-transport-security:
  cert-file: /conf/s.crt
  key-file: /conf/s.key
  trusted-ca-file: /conf/ca.crt
`,
      },
    );
    expect(etcd).toEqual({
      layout: 'kubeadm',
      source: MANIFEST,
      endpoints: [endpoint],
      caFile: '/etc/etcd/ca.crt',
      certFile: '/etc/etcd/s.crt',
      keyFile: '/etc/etcd/s.key',
      member: { name: 'n1', peerUrls: [] },
    });
  });
});

describe('paths', () => {
  it('in the container become those of the node', async () => {
    const container = `command: [etcd, --trusted-ca-file=/pki/sub/../ca.crt, --cert-file=/pki/etcd/s.crt, --key-file=/k, --data-dir=/data, --wal-dir=/data/wal]
volumeMounts: [{name: pki, mountPath: /pki}, {name: certs, mountPath: /pki/etcd/}, {name: data, mountPath: /data, subPath: n1}, {name: none, mountPath: /k}]`;
    const volumes = `  volumes:
  - {name: pki, hostPath: {path: /etc/pki}}
  - {name: certs, hostPath: {path: /etc/certs/}}
  - {name: data, hostPath: {path: /var/lib/etcd}}
  - {name: none, emptyDir: {}}
`;
    expect(await found(manifest(container, volumes))).toMatchObject({
      caFile: '/etc/pki/ca.crt',
      certFile: '/etc/certs/s.crt',
      keyFile: '/k',
      member: { dataDirectory: '/var/lib/etcd/n1', walDirectory: '/var/lib/etcd/n1/wal' },
    });
  });

  it('of the CA are found beside the certificate when the server asks for none', async () => {
    const container = 'command: [etcd, --cert-file=/pki/s.crt, --key-file=/pki/s.key]';
    expect(await found(manifest(container), { '/pki/ca.pem': '' })).toMatchObject({ caFile: '/pki/ca.pem' });
    expect(await found(manifest(container))).not.toHaveProperty('caFile');
  });

  it('of the client fall back to those of the server when one of its two files is missing', async () => {
    const container = `command: [etcd, --cert-file=${PKI}/server.crt, --key-file=${PKI}/server.key]`;
    const etcd = await found(manifest(container), { [`${PKI}/healthcheck-client.crt`]: '' });
    expect(etcd).toMatchObject({ certFile: `${PKI}/server.crt`, keyFile: `${PKI}/server.key` });
  });

  it('are none for a server without TLS', async () => {
    const etcd = await found(manifest('command: [etcd, "--listen-client-urls=http://127.0.0.1:2379"]'));
    expect(etcd).toEqual({
      layout: 'kubeadm',
      source: MANIFEST,
      endpoints: ['http://127.0.0.1:2379'],
      member: { peerUrls: [] },
    });
  });
});

describe('a manifest', () => {
  it.each([
    ['is empty', ''],
    ['is a comment', '# moved away\n'],
    ['is a text', 'hello'],
    ['is a number', '42'],
    ['is a list', '- etcd'],
    ['is of another program', manifest('command: [kube-scheduler]')],
    ['has no containers', 'kind: Pod\nspec: {}\n'],
    [
      'has odd containers',
      'kind: Pod\nspec: {containers: [1, null, [etcd], {command: {etcd: 1}}, {command: [[etcd]]}]}\n',
    ],
  ])('that %s has no etcd', async (_what, text) => {
    expect(await found(text)).toBeUndefined();
  });

  it('can have several documents and containers', async () => {
    const text = `kind: ConfigMap
---
kind: Pod
spec:
  containers:
  - {name: a, command: [sleep]}
  - {name: b, command: [etcd, --name=n1]}
`;
    expect(await found(text)).toMatchObject({ member: { name: 'n1' } });
  });

  it.each([
    ['spec:\n\tcontainers: []\n', 'Tabs are not allowed as indentation at line 2, column 1'],
    [
      'spec: [',
      'Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 8',
    ],
    ['a: *b\n', 'Unresolved alias (the anchor must be set before the alias): b'],
  ])('that is no YAML is an error with its position: %j', async (text, problem) => {
    await expect(found(text)).rejects.toThrow(`${MANIFEST} is not valid YAML: ${problem}`);
  });
});
