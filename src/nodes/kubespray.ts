import { parentPath } from '../go/file-path.js';
import { settingsFromVariables } from './etcd-settings.js';
import { type LocalTlsFiles, localEtcdOf, type NodeReader, pairIn } from './local-etcd.js';
import type { NodeFiles } from './node-files.js';
import { shellWords } from './shell-words.js';

const VARIABLES = '/etc/etcd.env';

/** The member of an Ansible installation by kubespray (roles/etcd): its service reads a file of variables. */
export const kubespray: NodeReader = {
  places: [VARIABLES],
  async find(files) {
    const text = files.read(VARIABLES);
    if (text === undefined) return [];
    const variables = variablesIn(text);
    const settings = settingsFromVariables(variables);
    if (Object.keys(settings).length === 0) return [];
    const source = files.locate(VARIABLES);
    const pathOnNode = (path: string) => path;
    const found = localEtcdOf({ layout: 'kubespray', source, settings, pathOnNode }, files);
    const server = settings['cert-file'];
    if (server === undefined) return [found];
    return [{ ...found, ...(clientVariables(files, variables) ?? administratorPair(files, server)) }];
  },
};

/** The lines of a file for systemd's EnvironmentFile: `NAME=value`, the value with or without quotes. */
function variablesIn(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    variables[name] = /^["']/.test(value) ? (shellWords(value)[0] ?? '') : value;
  }
  return variables;
}

/** The files for etcdctl, which some versions write into the same file. */
function clientVariables(
  files: NodeFiles,
  { ETCDCTL_CERT: cert, ETCDCTL_KEY: key }: Readonly<Record<string, string>>,
): LocalTlsFiles | undefined {
  if (!cert || !key || files.access(cert) === 'absent' || files.access(key) === 'absent') return undefined;
  return { certFile: files.locate(cert), keyFile: files.locate(key) };
}

/** The certificate `admin-HOST.pem`, or else `node-HOST.pem`, beside the server's, which is `member-HOST.pem`. */
function administratorPair(files: NodeFiles, serverCert: string): LocalTlsFiles | undefined {
  const folder = parentPath(serverCert);
  const [, host] = /(?:^|\/)member-([^/]+)\.pem$/.exec(serverCert) ?? [];
  const names = files.list(folder).filter((name) => /^(?:admin|node)-.*(?<!-key)\.pem$/.test(name));
  const ofHost = names.filter((name) => name === `admin-${host}.pem` || name === `node-${host}.pem`);
  for (const name of [...ofHost, ...names]) {
    const pair = pairIn(files, folder, [name, name.replace(/\.pem$/, '-key.pem')]);
    if (pair !== undefined) return pair;
  }
  return undefined;
}
