import type { Finding } from '../../../../model/doctor.js';
import type { Member } from '../../../../model/messages/cluster.js';
import type { ClusterView, MemberView } from '../cluster-view.js';
import type { CommandLines } from '../command-line.js';

/** Judges one aspect of the cluster. Pure. */
export type Check = (view: ClusterView, lines: CommandLines) => readonly Finding[];

/** Where a finding about a member is. */
export function at({
  member,
  label,
  answering,
}: MemberView): Pick<Finding, 'memberId' | 'member' | 'endpoint'> {
  return { memberId: member.id, member: label, endpoint: answering[0]?.endpoint ?? member.clientUrls[0] };
}

/** Replaces a member by a new one with its address and name. The ID distinguishes the two. */
export function replaceCommand({ id, name, peerUrls }: Member, lines: CommandLines): string {
  const names = name === '' ? [] : [`--name=${name}`];
  return lines.etcdctl('member', 'replace', id.toString(16), ...names, `--peer-urls=${peerUrls.join(',')}`);
}

/** The value of a metric without labels on a page of `/metrics`, which is in Prometheus' text format. */
export function gaugeIn(text: string, name: string): number | undefined {
  const [, value] = new RegExp(`^${name}[ \\t]+(\\S+)`, 'm').exec(text) ?? [];
  const number = Number(value);
  return value === undefined || Number.isNaN(number) ? undefined : number;
}

/** `3.7`; a member that has seen several versions has 1 for the present one only. */
export function clusterVersionIn(text: string): string | undefined {
  return /^etcd_cluster_version\{cluster_version="([^"]*)"\}[ \t]+1$/m.exec(text)?.[1];
}
