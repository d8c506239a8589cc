import { joinPath } from '../go/file-path.js';
import type { LocalEtcd } from '../model/local-etcd.js';
import type { EtcdSettings } from './etcd-settings.js';
import { clientEndpoint, memberOf, type NodeReader, pairIn } from './local-etcd.js';
import type { NodeFiles } from './node-files.js';
import { itemsOf, mappingOf, readYaml, textOf, type YamlMapping } from './yaml-file.js';

const CONFIGURATION = '/etc/k0s/k0s.yaml';
const CERTIFICATES = '/var/lib/k0s/pki';
const DATA = '/var/lib/k0s/etcd';

/** The member that a controller of k0s runs, or the external cluster that it uses (pkg/component/controller/etcd.go of k0s). */
export const k0s: NodeReader = {
  places: [`${CERTIFICATES}/etcd`],
  async find(files) {
    const [document] = await readYaml(files, CONFIGURATION);
    const storage = mappingOf(mappingOf(mappingOf(document).spec).storage);
    if ((textOf(storage.type) ?? 'etcd') !== 'etcd') return [];
    const etcd = mappingOf(storage.etcd);
    const externalCluster = mappingOf(etcd.externalCluster);
    const found =
      itemsOf(externalCluster.endpoints).length > 0
        ? clusterElsewhere(files, externalCluster)
        : ownMember(files, etcd);
    return found === undefined ? [] : [found];
  },
};

function clusterElsewhere(files: NodeFiles, cluster: YamlMapping): LocalEtcd {
  const fileOf = (value: unknown) => {
    const path = textOf(value);
    return path === undefined ? undefined : files.locate(path);
  };
  const [caFile, certFile, keyFile] = [
    fileOf(cluster.caFile),
    fileOf(cluster.clientCertFile),
    fileOf(cluster.clientKeyFile),
  ];
  return {
    layout: 'k0s',
    source: files.locate(CONFIGURATION),
    endpoints: itemsOf(cluster.endpoints).flatMap((endpoint) => textOf(endpoint) ?? []),
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
}

function ownMember(files: NodeFiles, etcd: YamlMapping): LocalEtcd | undefined {
  const pair = pairIn(files, CERTIFICATES, ['apiserver-etcd-client.crt', 'apiserver-etcd-client.key']);
  const ca = joinPath(CERTIFICATES, 'etcd/ca.crt');
  if (pair === undefined || files.access(ca) === 'absent') return undefined;
  const settings = settingsOf(files, etcd);
  return {
    layout: 'k0s',
    source: files.locate(`${CERTIFICATES}/etcd`),
    endpoints: [clientEndpoint({ 'cert-file': ca, ...settings })],
    caFile: files.locate(ca),
    ...pair,
    member: memberOf(settings, (path) => files.locate(path)),
  };
}

/** The flags that k0s gives to etcd: its own, which depend on the node, and those of its configuration. */
function settingsOf(files: NodeFiles, etcd: YamlMapping): EtcdSettings {
  const hostName = files.read('/etc/hostname')?.trim();
  const peerAddress = textOf(etcd.peerAddress);
  const host = peerAddress?.includes(':') ? `[${peerAddress}]` : peerAddress;
  const extra = Object.entries(mappingOf(etcd.extraArgs)).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...(hostName && { name: hostName }),
    ...(host !== undefined && { 'initial-advertise-peer-urls': `https://${host}:2380` }),
    'data-dir': DATA,
    ...Object.fromEntries(extra),
  };
}
