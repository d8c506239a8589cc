/** The clusters on which commands of documents are run, by the word in the document: `<!-- cluster: auth -->`. */
import { storedValue } from '../kubernetes-values.js';
import { type Lab, rootPassword, startLab } from './lab.js';

/** Where the commands of a section are run. */
export interface DocumentedCluster {
  /** Environment variables, beside PATH and HOME. */
  readonly env: Readonly<Record<string, string>>;
  /** What is written differently in the document, such as addresses: the text there, and the text here. */
  readonly here: Readonly<Record<string, string>>;
  /** Further programs in PATH by name: shell scripts, such as for `systemctl`. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Our programs are not in PATH before. */
  readonly installsPrograms?: boolean;
  stop(): Promise<void>;
}

/** @param folder the home and working directory of the section, for files that it finds there */
export type SetUpCluster = (folder: string) => Promise<DocumentedCluster>;

/** Three members with TLS, for sections that name no cluster. */
export async function threeMembers(): Promise<DocumentedCluster> {
  const lab = await startLab({ profile: 'tls', members: 3 });
  return { env: environmentOf(lab), here: addressesOf(lab), stop: () => lab.stop() };
}

async function withAuth(): Promise<DocumentedCluster> {
  const lab = await startLab({ profile: 'auth' });
  const env = { ...environmentOf(lab), ETCDCTL_USER: `root:${rootPassword}` };
  return { env, here: addressesOf(lab), stop: () => lab.stop() };
}

/** Three members with TLS, and no variables that name them: the commands do. */
async function withoutVariables(): Promise<DocumentedCluster> {
  return { ...(await threeMembers()), env: {} };
}

/** One member with what a Kubernetes API server stores. */
async function withKubernetesObjects(): Promise<DocumentedCluster> {
  const lab = await startLab();
  const values = {
    '/registry/pods/shop/web-5d9c7b6f4-x2x7k': storedValue('pod'),
    '/registry/secrets/shop/token': storedValue('secret-aescbc'),
    '/registry/example.com/backups/default/nightly': storedValue('custom-resource'),
  };
  for (const [key, value] of Object.entries(values)) await lab.real(['put', key], { stdin: value });
  return { env: environmentOf(lab), here: addressesOf(lab), stop: () => lab.stop() };
}

/** Two clusters of one member each, without TLS. The second one is at 10.9.0.11. */
async function two(): Promise<DocumentedCluster> {
  const [first, second] = await Promise.all([startLab(), startLab()]);
  const address = new URL(second.cluster.endpoints[0] ?? '').host;
  return {
    env: environmentOf(first),
    here: { ...addressesOf(first), '10.9.0.11:2379': address },
    async stop() {
      await first.stop();
      await second.stop();
    },
  };
}

export const DOCUMENTED_CLUSTERS: Readonly<Record<string, SetUpCluster>> = {
  auth: withAuth,
  /** Three members with TLS for this section alone. */
  own: threeMembers,
  two,
  'no-variables': withoutVariables,
  kubernetes: withKubernetesObjects,
};

/** The variables with which commands connect to all members. */
export function environmentOf({ cluster, pki }: Lab): Record<string, string> {
  return {
    ETCDCTL_ENDPOINTS: cluster.endpoints.join(','),
    ...(pki !== undefined && {
      ETCDCTL_CACERT: pki.caCert,
      ETCDCTL_CERT: pki.client.cert,
      ETCDCTL_KEY: pki.client.key,
    }),
  };
}

/** Members are 10.0.0.11 and following in the documents, with etcd's ports and kubeadm's certificates. */
export function addressesOf({ cluster, pki }: Lab): Record<string, string> {
  const addresses = cluster.members.flatMap(({ clientUrl, peerUrl }, index) => [
    [`10.0.0.1${index + 1}:2379`, new URL(clientUrl).host],
    [`10.0.0.1${index + 1}:2380`, new URL(peerUrl).host],
  ]);
  const files = pki && {
    '/etc/kubernetes/pki/etcd/ca.crt': pki.caCert,
    '/etc/kubernetes/pki/etcd/healthcheck-client.crt': pki.client.cert,
    '/etc/kubernetes/pki/etcd/healthcheck-client.key': pki.client.key,
  };
  return { ...Object.fromEntries(addresses), ...files };
}
