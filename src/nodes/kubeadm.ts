import type { LocalEtcd } from '../model/local-etcd.js';
import { settingsFromArguments, settingsFromVariables, settingsFromYaml } from './etcd-settings.js';
import { localEtcdOf, type NodeReader } from './local-etcd.js';
import type { NodeFiles } from './node-files.js';
import { readStaticPod } from './static-pod.js';
import { readYaml } from './yaml-file.js';

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';

/** The member that the kubelet runs by a manifest, as kubeadm writes it (cmd/kubeadm/app/phases/etcd/local.go of Kubernetes). */
export const kubeadm: NodeReader = {
  places: [MANIFEST],
  find: async (files) => (await memberOfManifest(files, MANIFEST)) ?? [],
};

/**
 * A member whose manifest was moved out of the kubelet's directory, to stop it: `etcd.yaml` in /etc/kubernetes or in a directory there. Not
 * a reader of `--local`, which connects to a member.
 */
export const stoppedKubeadm: NodeReader = {
  places: ['/etc/kubernetes/*/etcd.yaml'],
  async find(files) {
    const folders = files.list('/etc/kubernetes').map((name) => `/etc/kubernetes/${name}`);
    const paths = ['/etc/kubernetes', ...folders].map((folder) => `${folder}/etcd.yaml`);
    const found: LocalEtcd[] = [];
    for (const path of paths.filter((each) => each !== MANIFEST)) {
      found.push(...((await memberOfManifest(files, path)) ?? []));
    }
    return found;
  },
};

async function memberOfManifest(files: NodeFiles, path: string): Promise<[LocalEtcd] | undefined> {
  const pod = await readStaticPod(files, path, 'etcd');
  if (pod === undefined) return undefined;
  const { args, variables, pathOnNode } = pod;
  const flags = settingsFromArguments(args);
  const configFile = flags['config-file'];
  // With a configuration file, etcd ignores other flags and variables.
  const settings =
    configFile === undefined
      ? { ...settingsFromVariables(variables), ...flags }
      : settingsFromYaml((await readYaml(files, pathOnNode(configFile)))[0]);
  const source = files.locate(path);
  return [localEtcdOf({ layout: 'kubeadm', source, settings, pathOnNode }, files)];
}
