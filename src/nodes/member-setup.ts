import { CommandError } from '../model/errors.js';
import type { LocalEtcd, LocalMember } from '../model/local-etcd.js';
import { certificates } from './certificates.js';
import { external } from './external.js';
import { k0s } from './k0s.js';
import { k3s, rke2 } from './k3s.js';
import { kubeadm, stoppedKubeadm } from './kubeadm.js';
import { kubespray } from './kubespray.js';
import type { NodeFiles } from './node-files.js';
import { runningProcess } from './process.js';
import { filesBelow, firstFound } from './search.js';

/** How the member of a node is set up, whether it runs or not. */
export interface MemberSetup {
  readonly etcd: LocalEtcd & { readonly member: LocalMember };
  /** The etcd servers that run here. */
  readonly running: readonly LocalEtcd[];
  /** The manifests in the kubelet's directory of etcd and of what uses it, as this process opens them. */
  readonly manifests: readonly string[];
  /** Where these go to stop the pods. */
  readonly stoppedFolder: string;
  /** Also true for ways to set up etcd that are those of Kubernetes. */
  readonly usesKubernetes: boolean;
}

const READERS = [kubeadm, stoppedKubeadm, k3s, rke2, k0s, kubespray, runningProcess, certificates];
const MANIFESTS = '/etc/kubernetes/manifests';
const PODS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const KUBERNETES = ['/etc/kubernetes', '/var/lib/kubelet', '/var/lib/rancher', '/var/lib/k0s'];

/** The source of a setup of which only the data directory is known. */
export const BY_DATA_DIRECTORY = '--data-dir';

/**
 * The member of this node, below a root directory.
 * @param dataDirectory of a member that nothing on the node describes: its service may read any file
 * @throws CommandError when there is none, or several that differ; UsageError for a root that is no directory
 */
export async function findMemberSetup(root: string, dataDirectory?: string): Promise<MemberSetup> {
  return memberSetupIn(filesBelow(root), dataDirectory);
}

export async function memberSetupIn(files: NodeFiles, dataDirectory?: string): Promise<MemberSetup> {
  const found = [...(await membersFound(files))];
  if (found.length === 0 && dataDirectory !== undefined) found.push(describedBy(dataDirectory));
  if (found.length === 0) await rejectExternal(files);
  rejectSeveral(found);
  const places = READERS.flatMap((reader) => reader.places);
  const { member, ...etcd } = firstFound({
    found,
    root: files.locate('/'),
    places,
    denied: [...files.denied],
  });
  if (member === undefined) throw new CommandError(`${etcd.source} does not say how etcd is set up`);
  return {
    etcd: { ...etcd, member },
    running: await runningProcess.find(files),
    manifests: PODS.map((pod) => `${MANIFESTS}/${pod}.yaml`)
      .filter((path) => files.access(path) !== 'absent')
      .map((path) => files.locate(path)),
    stoppedFolder: files.locate('/etc/kubernetes/stopped'),
    usesKubernetes: etcd.layout !== 'process' || KUBERNETES.some((path) => files.access(path) !== 'absent'),
  };
}

function describedBy(dataDirectory: string): LocalEtcd {
  return {
    layout: 'process',
    source: BY_DATA_DIRECTORY,
    endpoints: [],
    member: { dataDirectory, peerUrls: [] },
  };
}

/** By the first reader that finds one, and without the clusters elsewhere that this node uses. */
async function membersFound(files: NodeFiles): Promise<readonly LocalEtcd[]> {
  for (const reader of READERS) {
    const found = (await reader.find(files)).filter(({ member }) => member !== undefined);
    if (found.length > 0) return found;
  }
  return [];
}

async function rejectExternal(files: NodeFiles): Promise<void> {
  const [other] = await external.find(files);
  if (other === undefined) return;
  const where = other.endpoints.join(', ');
  throw new CommandError(`the etcd of this cluster runs elsewhere: restore it there (${where})`);
}

/** Manifests that were moved away twice can differ, and nothing says which is the right one. */
function rejectSeveral(found: readonly LocalEtcd[]): void {
  const [first, ...others] = found.filter(({ layout }) => layout === 'kubeadm');
  const different = others.find(({ member }) => JSON.stringify(member) !== JSON.stringify(first?.member));
  if (different === undefined) return;
  throw new CommandError(`the settings in ${first?.source} and ${different.source} differ`, {
    reasons: ['leave only the one of this member in /etc/kubernetes'],
  });
}
