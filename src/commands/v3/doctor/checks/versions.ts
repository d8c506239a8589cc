import { listed } from '../../../../printers/prose.js';
import { finding } from '../catalogue.js';
import type { ClusterView } from '../cluster-view.js';
import { answered } from '../observation.js';
import { type Check, clusterVersionIn } from './check.js';

export const differentVersions: Check = ({ members }) => {
  const byVersion = new Map<string, string[]>();
  for (const { label, status } of members) {
    if (status !== undefined)
      byVersion.set(status.version, [...(byVersion.get(status.version) ?? []), label]);
  }
  if (byVersion.size < 2) return [];
  const groups = [...byVersion].map(([version, labels]) => `${listed(labels)} ${version}`);
  return [
    finding('versions-differ', {
      what: `The members have different versions: ${groups.join(', ')}.`,
      advice:
        'Finish the upgrade, one member after another. Features of the newer version are off until then.',
    }),
  ];
};

export const laggingClusterVersion: Check = (view) => {
  const [cluster, server] = [clusterVersionOf(view), oldestVersionOf(view)];
  const isDowngrading = view.members.some(({ status }) => status?.downgradeInfo?.enabled === true);
  if (cluster === undefined || server === undefined || isDowngrading) return [];
  if (compare(cluster, server) >= 0) return [];
  return [
    finding('cluster-version-lags', {
      what: `The version of the cluster is ${cluster}, although all members that answer have ${server} or later.`,
      advice:
        'The leader raises it within seconds when it reaches all members. If it stays, a member is unreachable or has an older version.',
    }),
  ];
};

export const downgrades: Check = ({ members }, lines) => {
  const info = members.map(({ status }) => status?.downgradeInfo).find((each) => each?.enabled);
  if (info === undefined) return [];
  return [
    finding('downgrade-enabled', {
      what: `A downgrade to ${info.targetVersion} is enabled: members may be started with that version, and nothing newer may be used.`,
      advice: 'Finish it, one member after another, or cancel it:',
      commands: [lines.etcdctl('downgrade', 'cancel')],
    }),
  ];
};

/** `3.7`, as the leader has it, or else another member. */
export function clusterVersionOf({ members, leaderId }: ClusterView): string | undefined {
  const leaderFirst = members.toSorted(
    (a, b) => Number(b.member.id === leaderId) - Number(a.member.id === leaderId),
  );
  return leaderFirst
    .flatMap(({ answering }) => answering)
    .map(({ metrics }) => clusterVersionIn(answered(metrics)?.text ?? ''))
    .find((version) => version !== undefined);
}

function oldestVersionOf({ members }: ClusterView): string | undefined {
  const versions = members.flatMap(({ status }) => /^\d+\.\d+/.exec(status?.version ?? '') ?? []);
  return versions.toSorted(compare)[0];
}

/** Compares `3.10` and `3.9` by their numbers. */
function compare(one: string, other: string): number {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [numbers(one), numbers(other)];
  return major - otherMajor || minor - otherMinor;
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}
