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

/** Replaces a member by a new one on the same address. */
export function replaceCommand({ id, name, peerUrls }: Member, lines: CommandLines): string {
  return lines.etcdctl('member', 'replace', name || id.toString(16), `--peer-urls=${peerUrls.join(',')}`);
}
