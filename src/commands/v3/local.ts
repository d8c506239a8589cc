import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { UsageError } from '../../model/errors.js';

/** Empty: where to look is a global flag. */
export type LocalOptions = Record<string, never>;

export function registerLocal(parent: CommandParent, run = runLocal): void {
  parent.command({
    name: 'local',
    isAddition: true,
    group: 'utility',
    summary: 'Find the etcd of this node, and print the variables for connecting to it',
    description: `Looks for what sets up etcd here, in this order: the static pod manifests of kubeadm (a member, or the API server
of a cluster with etcd elsewhere), k3s, RKE2, k0s, kubespray, a running etcd process, and the certificates in
/etc/kubernetes/pki/etcd. The first one is what --local connects to. -w json has all that is known of the member.

The private keys are readable for root only. --root looks below another directory, such as that of a mounted system.`,
    examples: [
      '# Any command on a node of a cluster, without further flags',
      'etcdctl --local endpoint health',
      '# The same for other programs and scripts',
      'eval "$(etcdctl local)"',
      '# Where the data of the member is',
      'etcdctl local -w json | jq -r .member.dataDirectory',
      '# A system that is mounted for repair',
      'etcdctl local --root /mnt',
    ],
    flags: {},
    deadline: 'node',
    result: 'local-etcd',
    toOptions: toLocalOptions,
    run,
  });
}

export function toLocalOptions(args: readonly string[]): LocalOptions {
  if (args.length > 0) throw new UsageError('local command accepts no arguments');
  return {};
}

export async function runLocal(_options: LocalOptions, context: CommandContext): Promise<void> {
  const search = await context.searchNode();
  const { firstFound } = await import('../../nodes/search.js');
  const etcd = firstFound(search);
  await context.emit({ kind: 'local-etcd', etcd, others: search.found.slice(1) });
}
