import { joinPath } from '../go/file-path.js';
import type { LocalEtcd, LocalMember } from '../model/local-etcd.js';
import { type EtcdSettings, settingsFromYaml } from './etcd-settings.js';
import { clientEndpoint, memberOf, type NodeReader, pairIn } from './local-etcd.js';
import type { NodeFiles } from './node-files.js';
import { mappingOf, readYaml, textOf } from './yaml-file.js';

type Distribution = 'k3s' | 'rke2';

export const k3s = readerOf('k3s');
export const rke2 = readerOf('rke2');

/** The member in the server of k3s, or the one that RKE2 runs, with its client certificate (pkg/etcd of k3s). */
function readerOf(layout: Distribution): NodeReader {
  return {
    places: [tlsFolder(defaultDirectory(layout))],
    async find(files) {
      for (const directory of await dataDirectories(files, layout)) {
        const found = await findIn(files, layout, directory);
        if (found !== undefined) return [found];
      }
      return [];
    },
  };
}

function defaultDirectory(layout: Distribution): string {
  return `/var/lib/rancher/${layout}`;
}

function tlsFolder(directory: string): string {
  return joinPath(directory, 'server/tls/etcd');
}

/** The data directory that the distribution's own configuration names, and the default one. */
async function dataDirectories(files: NodeFiles, layout: Distribution): Promise<Set<string>> {
  const folder = `/etc/rancher/${layout}`;
  const additions = files.list(`${folder}/config.yaml.d`).filter((name) => /\.ya?ml$/.test(name));
  let configured: string | undefined;
  for (const name of ['config.yaml', ...additions.map((each) => `config.yaml.d/${each}`)]) {
    const [document] = await readYaml(files, `${folder}/${name}`);
    configured = textOf(mappingOf(document)['data-dir']) ?? configured;
  }
  return new Set([...(configured === undefined ? [] : [configured]), defaultDirectory(layout)]);
}

async function findIn(
  files: NodeFiles,
  layout: Distribution,
  directory: string,
): Promise<LocalEtcd | undefined> {
  const tls = tlsFolder(directory);
  const pair = pairIn(files, tls, ['client.crt', 'client.key']);
  const ca = joinPath(tls, 'server-ca.crt');
  if (pair === undefined || files.access(ca) === 'absent') return undefined;
  const data = joinPath(directory, 'server/db/etcd');
  // The certificates are made with another database too.
  const usesSqlite = files.access(joinPath(directory, 'server/db/state.db')) !== 'absent';
  if (usesSqlite && files.access(data) === 'absent') return undefined;
  const [document] = await readYaml(files, joinPath(data, 'config'));
  const settings = settingsFromYaml(document);
  return {
    layout,
    source: files.locate(tls),
    endpoints: [clientEndpoint({ 'cert-file': ca, ...settings })],
    caFile: files.locate(ca),
    ...pair,
    member: member(files, data, settings),
  };
}

function member(files: NodeFiles, data: string, settings: EtcdSettings): LocalMember {
  const name = files.read(joinPath(data, 'name'))?.trim();
  const defaults = { ...(name && { name }), 'data-dir': data };
  return memberOf({ ...defaults, ...settings }, (path) => files.locate(path));
}
