/** What a restore on a node recommends, and what remains to be done by hand. */
import { joinPath } from '../../../go/file-path.js';
import type { LocalRestore } from '../../../model/maintenance-reports.js';
import type { LocalRestoreOptions, SnapshotRestoreOptions } from '../snapshot-restore.js';
import type { Situation } from './situation.js';

/** Far above the number of changes between a snapshot and the failure, and far below the greatest revision. */
const BUMP = '--bump-revision=1000000000 --mark-compacted';

export function recommendations(
  { options, setup, settings, unreadable, plan }: Situation,
  { given }: LocalRestoreOptions,
): string[] {
  const advice: string[] = [];
  if (setup.usesKubernetes && options.revisionBump === 0n) {
    advice.push(`${BUMP}: Kubernetes remembers revisions, and they must not go back`);
  }
  const cluster = settings.find(({ name }) => name === 'initial-cluster');
  if (unreadable !== undefined && !given.has('initial-cluster')) {
    const where = `${cluster?.origin} has the members of the first start (${unreadable})`;
    advice.push(`--initial-cluster with all members, if there are others: ${where}`);
  }
  if (plan.members.length > 1 && !given.has('initial-cluster-token')) {
    advice.push(
      '--initial-cluster-token with a new value, the same on all members: no old member can join then',
    );
  }
  return advice;
}

/** The same command for each of them: what differs is read on their nodes. */
export function otherMembers(
  { options, plan }: Situation,
  { program }: LocalRestoreOptions,
): LocalRestore['others'] {
  const names = plan.members
    .filter(({ id }) => id !== plan.localId)
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) return undefined;
  return { names, command: commandForOthers(options, program) };
}

function commandForOthers(options: SnapshotRestoreOptions, program: string): string {
  const { snapshotPath, initialCluster, clusterToken, revisionBump, skipHashCheck, targetVersion } = options;
  return [
    `${program} snapshot restore ${snapshotPath} --local`,
    `--initial-cluster=${initialCluster}`,
    `--initial-cluster-token=${clusterToken}`,
    ...(revisionBump > 0n ? [`--bump-revision=${revisionBump} --mark-compacted`] : []),
    ...(skipHashCheck ? ['--skip-hash-check'] : []),
    ...(targetVersion === undefined
      ? []
      : [`--target-version=${targetVersion.major}.${targetVersion.minor}`]),
  ].join(' ');
}

/** In the order of the work. */
export function afterwards({ setup, plan }: Situation): string[] {
  const { etcd, stoppedFolder, manifests } = setup;
  const when = plan.members.length > 1 ? 'when every member is restored, start etcd' : 'start etcd';
  if (etcd.layout === 'kubespray' || etcd.layout === 'process') return [`${when}: systemctl start etcd`];
  if (etcd.layout === 'k0s') return [`${when}: k0s start`];
  const folder = manifests[0]?.replace(/\/[^/]*$/, '') ?? joinPath(stoppedFolder, '../manifests');
  const isManifest = etcd.source.endsWith('.yaml') && !manifests.includes(etcd.source);
  const manifest = isManifest ? etcd.source : joinPath(stoppedFolder, 'etcd.yaml');
  return [
    `${when}: mv ${manifest} ${folder}/`,
    'when etcd is healthy, start what uses it: move the other manifests back, and `systemctl restart kubelet`',
  ];
}
