import { describe, expect, it } from 'vitest';
import type { LocalEtcd } from '../../src/model/local-etcd.js';
import { certificates } from '../../src/nodes/certificates.js';
import { external } from '../../src/nodes/external.js';
import { k0s } from '../../src/nodes/k0s.js';
import { k3s, rke2 } from '../../src/nodes/k3s.js';
import { kubespray } from '../../src/nodes/kubespray.js';
import type { NodeReader } from '../../src/nodes/local-etcd.js';
import { type FakeFile, fakeNode } from '../support/fake-node.js';

async function found(reader: NodeReader, tree: Record<string, FakeFile>): Promise<LocalEtcd | undefined> {
  const all = await reader.find(fakeNode(tree));
  expect(all.length).toBeLessThanOrEqual(1);
  return all[0];
}

/** Empty files in a folder. */
function filesIn(folder: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${folder}/${name}`, '']));
}

describe('an API server with etcd elsewhere', () => {
  const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
  const apiServer = (flags: string) => ({
    [MANIFEST]: `spec:
  containers:
  - command: [kube-apiserver, --secure-port=6443, ${flags}]
    volumeMounts: [{name: etcd, mountPath: /etcd}]
  volumes: [{name: etcd, hostPath: {path: /etc/etcd/pki}}]
`,
  });

  it('names endpoints and files', async () => {
    const flags =
      '"--etcd-servers=https://10.0.0.1:2379,https://10.0.0.2:2379", --etcd-cafile=/etcd/ca.crt, --etcd-certfile=/etc/pki/c.crt, --etcd-keyfile=/etc/pki/c.key';
    expect(await found(external, apiServer(flags))).toEqual({
      layout: 'external',
      source: MANIFEST,
      endpoints: ['https://10.0.0.1:2379', 'https://10.0.0.2:2379'],
      caFile: '/etc/etcd/pki/ca.crt',
      certFile: '/etc/pki/c.crt',
      keyFile: '/etc/pki/c.key',
    });
  });

  it('can use no TLS', async () => {
    expect(await found(external, apiServer('"--etcd-servers=http://10.0.0.1:2379"'))).toEqual({
      layout: 'external',
      source: MANIFEST,
      endpoints: ['http://10.0.0.1:2379'],
    });
  });

  it('has no etcd without endpoints', async () => {
    expect(await found(external, apiServer('--etcd-cafile=/etcd/ca.crt'))).toBeUndefined();
  });
});

describe.each([
  ['k3s', k3s],
  ['rke2', rke2],
] as const)('%s', (name, reader) => {
  const tls = (directory: string) =>
    filesIn(`${directory}/server/tls/etcd`, 'server-ca.crt', 'client.crt', 'client.key');
  const home = `/var/lib/rancher/${name}`;
  const configuration = {
    [`${home}/server/db/etcd/config`]: `name: n1-a1b2c3d4
data-dir: ${home}/server/db/etcd
initial-advertise-peer-urls: https://10.0.0.4:2380
initial-cluster: n1-a1b2c3d4=https://10.0.0.4:2380
listen-client-urls: https://10.0.0.4:2379,https://127.0.0.1:2379
client-transport-security: {cert-file: ${home}/server/tls/etcd/server-client.crt, client-cert-auth: true}
`,
  };

  it('has a client certificate, and the configuration of its etcd', async () => {
    expect(await found(reader, { ...tls(home), ...configuration })).toEqual({
      layout: name,
      source: `${home}/server/tls/etcd`,
      endpoints: ['https://127.0.0.1:2379'],
      caFile: `${home}/server/tls/etcd/server-ca.crt`,
      certFile: `${home}/server/tls/etcd/client.crt`,
      keyFile: `${home}/server/tls/etcd/client.key`,
      member: {
        name: 'n1-a1b2c3d4',
        dataDirectory: `${home}/server/db/etcd`,
        peerUrls: ['https://10.0.0.4:2380'],
        initialCluster: 'n1-a1b2c3d4=https://10.0.0.4:2380',
      },
    });
  });

  it('has a file with the name of its member', async () => {
    const nameFile = { [`${home}/server/db/etcd/name`]: 'n1-a1b2c3d4' };
    expect(await found(reader, { ...tls(home), ...nameFile })).toMatchObject({
      endpoints: ['https://127.0.0.1:2379'],
      member: { name: 'n1-a1b2c3d4', dataDirectory: `${home}/server/db/etcd`, peerUrls: [] },
    });
  });

  it('can have another data directory', async () => {
    const config = { [`/etc/rancher/${name}/config.yaml`]: 'data-dir: "/data/x"\n' };
    expect((await found(reader, { ...tls('/data/x'), ...config }))?.source).toBe('/data/x/server/tls/etcd');
    const addition = { [`/etc/rancher/${name}/config.yaml.d/9.yaml`]: 'data-dir: /data/y\n' };
    const both = { ...tls('/data/x'), ...tls('/data/y'), ...config, ...addition };
    expect((await found(reader, both))?.source).toBe('/data/y/server/tls/etcd');
    expect((await found(reader, { ...tls(home), ...config }))?.source).toBe(`${home}/server/tls/etcd`);
  });

  it('has no etcd without its client certificate, or with SQLite', async () => {
    expect(await found(reader, configuration)).toBeUndefined();
    expect(
      await found(reader, filesIn(`${home}/server/tls/etcd`, 'client.crt', 'server-ca.crt')),
    ).toBeUndefined();
    expect(await found(reader, { ...tls(home), [`${home}/server/db/state.db`]: '' })).toBeUndefined();
  });

  it('reports a configuration that is no YAML', async () => {
    const broken = { [`/etc/rancher/${name}/config.yaml`]: '\tdata-dir: /x\n' };
    await expect(found(reader, { ...tls(home), ...broken })).rejects.toThrow(
      `/etc/rancher/${name}/config.yaml is not valid YAML`,
    );
  });
});

describe('k0s', () => {
  const PKI = '/var/lib/k0s/pki';
  const certificateFiles = filesIn(
    PKI,
    'etcd/ca.crt',
    'apiserver-etcd-client.crt',
    'apiserver-etcd-client.key',
  );
  const own = {
    layout: 'k0s',
    source: `${PKI}/etcd`,
    endpoints: ['https://127.0.0.1:2379'],
    caFile: `${PKI}/etcd/ca.crt`,
    certFile: `${PKI}/apiserver-etcd-client.crt`,
    keyFile: `${PKI}/apiserver-etcd-client.key`,
  };

  it('has the certificate of the API server', async () => {
    expect(await found(k0s, certificateFiles)).toEqual({
      ...own,
      member: { dataDirectory: '/var/lib/k0s/etcd', peerUrls: [] },
    });
  });

  it('names the member after the node, and its peers by the configured address', async () => {
    const config = {
      '/etc/hostname': 'n1\n',
      '/etc/k0s/k0s.yaml':
        'spec: {storage: {type: etcd, kine: null, etcd: {externalCluster: null, extraArgs: ~, peerAddress: "fd00::4"}}}\n',
    };
    expect(await found(k0s, { ...certificateFiles, ...config })).toEqual({
      ...own,
      member: { name: 'n1', dataDirectory: '/var/lib/k0s/etcd', peerUrls: ['https://[fd00::4]:2380'] },
    });
  });

  it('can configure flags of etcd', async () => {
    const config =
      'spec: {storage: {etcd: {extraArgs: {name: 007, listen-client-urls: "https://0.0.0.0:12379", snapshot-count: 5}}}}';
    expect(await found(k0s, { ...certificateFiles, '/etc/k0s/k0s.yaml': config })).toMatchObject({
      endpoints: ['https://127.0.0.1:12379'],
      member: { name: '007' },
    });
  });

  it('can use a cluster elsewhere', async () => {
    const config = `spec:
  storage:
    etcd:
      externalCluster:
        endpoints: [https://10.0.0.1:2379, https://10.0.0.2:2379]
        caFile: /etc/pki/ca.crt
        clientCertFile: /etc/pki/c.crt
        clientKeyFile: /etc/pki/c.key
`;
    expect(await found(k0s, { '/etc/k0s/k0s.yaml': config })).toEqual({
      layout: 'k0s',
      source: '/etc/k0s/k0s.yaml',
      endpoints: ['https://10.0.0.1:2379', 'https://10.0.0.2:2379'],
      caFile: '/etc/pki/ca.crt',
      certFile: '/etc/pki/c.crt',
      keyFile: '/etc/pki/c.key',
    });
  });

  it('has no etcd with another database, or on a worker', async () => {
    const config = { '/etc/k0s/k0s.yaml': 'spec: {storage: {type: kine}}' };
    expect(await found(k0s, { ...certificateFiles, ...config })).toBeUndefined();
    expect(await found(k0s, filesIn(PKI, 'ca.crt'))).toBeUndefined();
  });
});

describe('kubespray', () => {
  const TLS = '/etc/ssl/etcd/ssl';
  const variables = `# Environment file for etcd
ETCD_DATA_DIR=/var/lib/etcd
ETCD_ADVERTISE_CLIENT_URLS=https://10.0.0.4:2379
ETCD_INITIAL_ADVERTISE_PEER_URLS=https://10.0.0.4:2380
ETCD_LISTEN_CLIENT_URLS=https://10.0.0.4:2379,https://127.0.0.1:2379
ETCD_INITIAL_CLUSTER_TOKEN="k8s_etcd"
ETCD_NAME='etcd1'
ETCD_INITIAL_CLUSTER=etcd1=https://10.0.0.4:2380,etcd2=https://10.0.0.5:2380
ETCD_TRUSTED_CA_FILE=${TLS}/ca.pem
ETCD_CERT_FILE=${TLS}/member-n1.pem
ETCD_KEY_FILE=${TLS}/member-n1-key.pem
ETCD_CLIENT_CERT_AUTH=true
`;
  const pairsOf = (...names: string[]) =>
    filesIn(TLS, ...names.flatMap((name) => [`${name}.pem`, `${name}-key.pem`]));
  const certificateOf = async (...names: string[]) =>
    (await found(kubespray, { '/etc/etcd.env': variables, ...pairsOf(...names) }))?.certFile;

  it('has a file of variables', async () => {
    expect(
      await found(kubespray, { '/etc/etcd.env': variables, ...pairsOf('admin-n1', 'member-n1') }),
    ).toEqual({
      layout: 'kubespray',
      source: '/etc/etcd.env',
      endpoints: ['https://127.0.0.1:2379'],
      caFile: `${TLS}/ca.pem`,
      certFile: `${TLS}/admin-n1.pem`,
      keyFile: `${TLS}/admin-n1-key.pem`,
      member: {
        name: 'etcd1',
        dataDirectory: '/var/lib/etcd',
        peerUrls: ['https://10.0.0.4:2380'],
        initialCluster: 'etcd1=https://10.0.0.4:2380,etcd2=https://10.0.0.5:2380',
        initialClusterToken: 'k8s_etcd',
      },
    });
  });

  it("prefers the certificates for administrators, and those of this node, to the server's", async () => {
    expect(await certificateOf('admin-a', 'admin-n1', 'node-n1')).toBe(`${TLS}/admin-n1.pem`);
    expect(await certificateOf('node-a', 'node-n1')).toBe(`${TLS}/node-n1.pem`);
    expect(await certificateOf('admin-a', 'node-b')).toBe(`${TLS}/admin-a.pem`);
    expect(await certificateOf('member-n1')).toBe(`${TLS}/member-n1.pem`);
  });

  it('takes a pair only if both of its files are there', async () => {
    const etcd = await found(kubespray, { '/etc/etcd.env': variables, [`${TLS}/admin-n1.pem`]: '' });
    expect(etcd?.certFile).toBe(`${TLS}/member-n1.pem`);
  });

  it('can name the files for etcdctl', async () => {
    const text = `${variables}\nexport ETCDCTL_CERT=/c.pem\nETCDCTL_KEY=/k.pem\n`;
    const tree = { '/etc/etcd.env': text, '/c.pem': '', '/k.pem': '', ...pairsOf('admin-n1') };
    expect(await found(kubespray, tree)).toMatchObject({ certFile: '/c.pem', keyFile: '/k.pem' });
  });

  it('can be without TLS', async () => {
    const etcd = await found(kubespray, {
      '/etc/etcd.env': 'ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:2379\n',
    });
    expect(etcd).toEqual({
      layout: 'kubespray',
      source: '/etc/etcd.env',
      endpoints: ['http://127.0.0.1:2379'],
      member: { peerUrls: [] },
    });
  });

  it.each(['', 'nonsense', '\0\udcff\n=\nETCD=\n'])('has no etcd with a file of %j', async (text) => {
    expect(await found(kubespray, { '/etc/etcd.env': text })).toBeUndefined();
  });
});

describe("kubeadm's certificates alone", () => {
  const PKI = '/etc/kubernetes/pki';

  it('connect to the usual port', async () => {
    const tree = filesIn(
      `${PKI}/etcd`,
      'ca.crt',
      'healthcheck-client.crt',
      'healthcheck-client.key',
      'server.crt',
      'server.key',
    );
    expect(await found(certificates, tree)).toEqual({
      layout: 'certificates',
      source: `${PKI}/etcd`,
      endpoints: ['https://127.0.0.1:2379'],
      caFile: `${PKI}/etcd/ca.crt`,
      certFile: `${PKI}/etcd/healthcheck-client.crt`,
      keyFile: `${PKI}/etcd/healthcheck-client.key`,
    });
  });

  it('can be those of the API server, or of the server', async () => {
    const apiServer = filesIn(PKI, 'etcd/ca.crt', 'apiserver-etcd-client.crt', 'apiserver-etcd-client.key');
    expect((await found(certificates, apiServer))?.certFile).toBe(`${PKI}/apiserver-etcd-client.crt`);
    const server = filesIn(`${PKI}/etcd`, 'ca.crt', 'server.crt', 'server.key');
    expect((await found(certificates, server))?.certFile).toBe(`${PKI}/etcd/server.crt`);
  });

  it('know the data directory of a member that was stopped', async () => {
    const tree = {
      ...filesIn(`${PKI}/etcd`, 'ca.crt', 'server.crt', 'server.key'),
      '/var/lib/etcd/member/snap/db': '',
    };
    expect((await found(certificates, tree))?.member).toEqual({
      dataDirectory: '/var/lib/etcd',
      peerUrls: [],
    });
  });

  it('are none without the authority or without a pair', async () => {
    expect(await found(certificates, filesIn(`${PKI}/etcd`, 'server.crt', 'server.key'))).toBeUndefined();
    expect(await found(certificates, filesIn(`${PKI}/etcd`, 'ca.crt', 'server.crt'))).toBeUndefined();
  });
});
