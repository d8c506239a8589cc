/** Nodes made from `test/fixtures/nodes`: a copy of the files, with certificates and free addresses, and a server that runs by them. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MemberProcess } from '../../../scripts/lib/etcd/member.mjs';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { createPki, type PairFiles, type Pki } from '../../../scripts/lib/pki.mjs';
import { references } from './lab.js';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/nodes');

/** The addresses in the fixtures; each becomes a free one. */
const ADDRESSES = [
  '127.0.0.1:2379',
  '192.0.2.11:2379',
  '192.0.2.21:2379',
  '192.0.2.22:2379',
  '127.0.0.1:2380',
  '192.0.2.11:2380',
  '127.0.0.1:2381',
];

const SHORT_ELECTIONS = { 'heartbeat-interval': '10', 'election-timeout': '100' };

export type Layout = 'kubeadm' | 'kubeadm-external' | 'k3s' | 'rke2' | 'k0s' | 'kubespray';

export interface LayoutNode {
  /** For `--root`. */
  readonly root: string;
  readonly pid: number;
  readonly args: readonly string[];
  /** The text with the addresses of the fixtures replaced by those of this node. */
  here(text: string): string;
  /** Ends the server; `start` starts it again, and waits until it serves. */
  end(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts etcd on a node of this layout, and waits until it serves. */
export async function startLayout(layout: Layout): Promise<LayoutNode> {
  const folder = mkdtempSync(path.join(labFolder(), `${layout}-`));
  const root = path.join(folder, 'root');
  cpSync(path.join(FIXTURES, layout), root, { recursive: true });
  const ports = await freePorts(ADDRESSES.length);
  const here = (text: string) =>
    ADDRESSES.reduce((all, address, index) => all.replaceAll(address, `127.0.0.1:${ports[index]}`), text);
  for (const file of filesIn(root)) writeFileSync(file, here(readFileSync(file, 'utf8')));
  const pki = await createPki(path.join(folder, 'pki'), { algorithm: 'ecdsa' });
  for (const [name, from] of Object.entries(CERTIFICATES[layout](pki))) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    cpSync(from, path.join(root, name));
  }
  const { args = [], env = {} } = SERVERS[layout]({ root, folder, pki, here });
  const settings = {
    logFile: path.join(folder, 'etcd.log'),
    metricsUrl: `http://${here('127.0.0.1:2381')}`,
    env,
  };
  const server = new MemberProcess(references.at(-1)?.etcd ?? '', args, settings);
  server.start();
  await server.ready();
  return {
    root,
    args,
    here,
    pid: server.pid ?? -1,
    end: () => server.end('SIGTERM'),
    async start() {
      server.start();
      await server.ready();
    },
    async stop() {
      await server.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** The files of a pair by their names on the node. */
function pair(cert: string, key: string, files: PairFiles): Record<string, string> {
  return { [cert]: files.cert, [key]: files.key };
}

/** `name.crt` and `name.key`. */
const namedPair = (name: string, files: PairFiles) => pair(`${name}.crt`, `${name}.key`, files);

/** The certificates of each layout: paths below the root, and the files to copy there. */
const CERTIFICATES: Readonly<Record<Layout, (pki: Pki) => Record<string, string>>> = {
  kubeadm: ({ caCert, server, peer, client }) => ({
    'etc/kubernetes/pki/etcd/ca.crt': caCert,
    ...namedPair('etc/kubernetes/pki/etcd/server', server),
    ...namedPair('etc/kubernetes/pki/etcd/peer', peer),
    ...namedPair('etc/kubernetes/pki/etcd/healthcheck-client', client),
    ...namedPair('etc/kubernetes/pki/apiserver-etcd-client', client),
  }),
  'kubeadm-external': ({ caCert, client }) => ({
    'etc/kubernetes/pki/etcd/ca.crt': caCert,
    ...namedPair('etc/kubernetes/pki/apiserver-etcd-client', client),
  }),
  k3s: rancherCertificates('k3s'),
  rke2: rancherCertificates('rke2'),
  k0s: ({ caCert, server, peer, client }) => ({
    'var/lib/k0s/pki/etcd/ca.crt': caCert,
    ...namedPair('var/lib/k0s/pki/etcd/server', server),
    ...namedPair('var/lib/k0s/pki/etcd/peer', peer),
    ...namedPair('var/lib/k0s/pki/apiserver-etcd-client', client),
  }),
  kubespray: ({ caCert, server, client }) => ({
    'etc/ssl/etcd/ssl/ca.pem': caCert,
    ...pair('etc/ssl/etcd/ssl/member-node1.pem', 'etc/ssl/etcd/ssl/member-node1-key.pem', server),
    ...pair('etc/ssl/etcd/ssl/admin-node1.pem', 'etc/ssl/etcd/ssl/admin-node1-key.pem', client),
    ...pair('etc/ssl/etcd/ssl/node-node1.pem', 'etc/ssl/etcd/ssl/node-node1-key.pem', client),
  }),
};

function rancherCertificates(distribution: string) {
  const folder = `var/lib/rancher/${distribution}/server/tls/etcd`;
  return ({ caCert, server, peer, client }: Pki): Record<string, string> => ({
    [`${folder}/server-ca.crt`]: caCert,
    [`${folder}/peer-ca.crt`]: caCert,
    ...namedPair(`${folder}/server-client`, server),
    ...namedPair(`${folder}/peer-server-client`, peer),
    ...namedPair(`${folder}/client`, client),
  });
}

interface ServerFiles {
  readonly root: string;
  /** For files that are not on the node. */
  readonly folder: string;
  readonly pki: Pki;
  readonly here: (text: string) => string;
}

interface ServerCommand {
  readonly args?: string[];
  readonly env?: Record<string, string>;
}

/** How etcd is started in each layout. */
const SERVERS: Readonly<Record<Layout, (files: ServerFiles) => ServerCommand>> = {
  kubeadm: ({ root }) => {
    const manifest = readFileSync(path.join(root, 'etc/kubernetes/manifests/etcd.yaml'), 'utf8');
    const args = [...manifest.matchAll(/^ *- (--\S+)$/gm)].map(([, arg = '']) => arg);
    return { args: [...args.map((arg) => below(root, arg)), ...flagsOf(SHORT_ELECTIONS)] };
  },
  'kubeadm-external': ({ folder, pki, here }) => ({
    args: flagsOf({
      'data-dir': path.join(folder, 'data'),
      'listen-client-urls': here('https://192.0.2.21:2379,https://192.0.2.22:2379'),
      'advertise-client-urls': here('https://192.0.2.21:2379'),
      ...peersAndTls(pki, here),
    }),
  }),
  k3s: (files) => configurationFile('k3s', files),
  rke2: (files) => configurationFile('rke2', files),
  k0s: ({ root, pki, here }) => ({
    args: flagsOf({
      name: 'controller1',
      'data-dir': path.join(root, 'var/lib/k0s/etcd'),
      'listen-client-urls': here('https://127.0.0.1:2379'),
      'advertise-client-urls': here('https://127.0.0.1:2379'),
      ...peersAndTls(pki, here),
    }),
  }),
  kubespray: ({ root }) => {
    const text = readFileSync(path.join(root, 'etc/etcd.env'), 'utf8');
    const lines = [...text.matchAll(/^(ETCD_\w+)=(.*)$/gm)];
    const env = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, below(root, value)]));
    return { env, args: flagsOf(SHORT_ELECTIONS) };
  },
};

function flagsOf(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

function peersAndTls(pki: Pki, here: (text: string) => string): Record<string, string> {
  return {
    'listen-peer-urls': here('https://192.0.2.11:2380'),
    'listen-metrics-urls': here('http://127.0.0.1:2381'),
    'cert-file': pki.server.cert,
    'key-file': pki.server.key,
    'client-cert-auth': 'true',
    'trusted-ca-file': pki.caCert,
    'peer-cert-file': pki.peer.cert,
    'peer-key-file': pki.peer.key,
    'peer-trusted-ca-file': pki.caCert,
    ...SHORT_ELECTIONS,
  };
}

/** The server reads a copy of its configuration, in which the paths are those of this machine. */
function configurationFile(distribution: string, { root, folder }: ServerFiles): ServerCommand {
  const text = readFileSync(path.join(root, `var/lib/rancher/${distribution}/server/db/etcd/config`), 'utf8');
  const file = path.join(folder, 'etcd.yaml');
  const elections = Object.entries(SHORT_ELECTIONS).map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(file, below(root, text) + elections.join(''));
  return { args: [`--config-file=${file}`] };
}

/** The text with the root before the paths of the node. */
function below(root: string, text: string): string {
  return text.replaceAll(/(?<![\w./-])\/(etc|var)(?=\/)/g, `${root}/$1`);
}
