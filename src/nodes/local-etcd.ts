import { joinPath, parentPath } from '../go/file-path.js';
import type { LocalEtcd, LocalMember, NodeLayout } from '../model/local-etcd.js';
import type { EtcdSettings } from './etcd-settings.js';
import type { NodeFiles } from './node-files.js';

/** A way in which etcd can be set up on a node. */
export interface NodeReader {
  /** What it looks at, for messages: paths on the node, or words. */
  readonly places: readonly string[];
  /** Those that are there, the first to use first. @throws CommandError for a file that is there but malformed */
  find(files: NodeFiles): Promise<readonly LocalEtcd[]>;
}

/** A server's configuration and where it is from. */
export interface ConfiguredEtcd {
  readonly layout: NodeLayout;
  readonly source: string;
  readonly settings: EtcdSettings;
  /** The path on the node of a path in the configuration, which may be one of a container. */
  readonly pathOnNode: (path: string) => string;
}

/** The etcd of a server's configuration, with the certificate that a client on its node can use. */
export function localEtcdOf(configured: ConfiguredEtcd, files: NodeFiles): LocalEtcd {
  const { layout, source, settings, pathOnNode } = configured;
  return {
    layout,
    source,
    endpoints: [clientEndpoint(settings)],
    ...tlsFilesOf(configured, files),
    member: memberOf(settings, (path) => files.locate(pathOnNode(path))),
  };
}

export type LocalTlsFiles = Pick<LocalEtcd, 'caFile' | 'certFile' | 'keyFile'>;

function tlsFilesOf({ settings, pathOnNode }: ConfiguredEtcd, files: NodeFiles): LocalTlsFiles {
  const pathOf = (name: string) => {
    const path = settings[name];
    return path === undefined || path === '' ? undefined : pathOnNode(path);
  };
  const [ca, cert, key] = [pathOf('trusted-ca-file'), pathOf('cert-file'), pathOf('key-file')];
  const caFile = ca ?? (cert && firstReadable(files, parentPath(cert), ['ca.crt', 'ca.pem']));
  return {
    ...(caFile !== undefined && { caFile: files.locate(caFile) }),
    ...(cert !== undefined && key !== undefined && clientPair(files, { cert, key })),
  };
}

/** The names that kubeadm gives the certificate of the probes that check etcd's health. */
const PROBE_CERT = 'healthcheck-client.crt';
const PROBE_KEY = 'healthcheck-client.key';

/** The certificate for a client beside the server's, or else the server's own. */
function clientPair(
  files: NodeFiles,
  server: { readonly cert: string; readonly key: string },
): LocalTlsFiles {
  const folder = parentPath(server.cert);
  return (
    pairIn(files, folder, [PROBE_CERT, PROBE_KEY]) ?? {
      certFile: files.locate(server.cert),
      keyFile: files.locate(server.key),
    }
  );
}

/** Certificate and key in a directory; undefined unless both are there. */
export function pairIn(
  files: NodeFiles,
  folder: string,
  [cert, key]: readonly [cert: string, key: string],
): Required<Pick<LocalTlsFiles, 'certFile' | 'keyFile'>> | undefined {
  const [certPath, keyPath] = [joinPath(folder, cert), joinPath(folder, key)];
  if (files.access(certPath) === 'absent' || files.access(keyPath) === 'absent') return undefined;
  return { certFile: files.locate(certPath), keyFile: files.locate(keyPath) };
}

function firstReadable(files: NodeFiles, folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => joinPath(folder, name)).find((path) => files.access(path) === 'readable');
}

/** What the settings say about the member. @param locate the path by which this process opens a path of the settings */
export function memberOf(settings: EtcdSettings, locate: (path: string) => string): LocalMember {
  const { name, 'data-dir': data, 'wal-dir': wal, 'initial-cluster': initialCluster } = settings;
  const token = settings['initial-cluster-token'];
  return {
    ...(name && { name }),
    ...(data && { dataDirectory: locate(data) }),
    ...(wal && { walDirectory: locate(wal) }),
    peerUrls: listOf(settings['initial-advertise-peer-urls']),
    ...(initialCluster && { initialCluster }),
    ...(token && { initialClusterToken: token }),
  };
}

export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

const URL = /^(https?):\/\/(\[[^\]]*\]|[^:/?#[\]$]*)(:[0-9]+)?(?:[/?#].*)?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]+){3}|\[(?:::1|(?:0+:){7}0*1)\])$/i;

/** The addresses that stand for all interfaces, with a loopback address to reach them by. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['[::]', '[::1]'],
]);

/** The endpoint for a client on the server's node: a loopback address if the server listens there. */
export function clientEndpoint(settings: EtcdSettings): string {
  const urls = [...listOf(settings['listen-client-urls']), ...listOf(settings['advertise-client-urls'])]
    .map(reachable)
    .filter((url) => url !== undefined);
  const loopback = urls.find((url) => LOOPBACK.test(URL.exec(url)?.[2] ?? ''));
  return loopback ?? urls[0] ?? `${settings['cert-file'] ? 'https' : 'http'}://127.0.0.1:2379`;
}

/** The URL with an address to connect to; undefined for what is none. */
function reachable(url: string): string | undefined {
  if (/^unixs?:/i.test(url)) return url;
  const [, scheme, host, port] = URL.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  return `${scheme.toLowerCase()}://${WILDCARDS.get(host) ?? host}${port ?? ''}`;
}
