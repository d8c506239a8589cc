import type {
  CertificateSummary,
  DoctorMember,
  DoctorReport,
  DoctorState,
  Finding,
  Severity,
} from '../../../model/doctor.js';
import type { CertificateFacts } from '../../../model/inspection.js';
import { deniedQuestions } from './checks/access.js';
import { authorities, clientCertificate, daysLeft, serverCertificates } from './checks/certificates.js';
import type { Check } from './checks/check.js';
import { clocks, middle, offsetOf } from './checks/clocks.js';
import {
  differentLeaders,
  laggingMembers,
  leaderChanges,
  medianReadMs,
  missingLeader,
  reads,
  slowAppliers,
} from './checks/leadership.js';
import {
  differentLists,
  equalNames,
  learners,
  numberOfVoters,
  quorum,
  unknownMembers,
  unstartedMembers,
} from './checks/membership.js';
import { disks, openFiles, unknownMetrics } from './checks/node.js';
import {
  clientUrls,
  otherClusters,
  repeatedEndpoints,
  strangers,
  unreachableClientUrls,
  unreachableEndpoints,
  unreachableMembers,
} from './checks/reachability.js';
import { differentData, unknownHashes } from './checks/same-data.js';
import { alarms, quotaOf, quotas, unusedSpace } from './checks/storage.js';
import { clusterVersionOf, differentVersions, downgrades, laggingClusterVersion } from './checks/versions.js';
import { type ClusterView, type MemberView, viewOf } from './cluster-view.js';
import type { CommandLines } from './command-line.js';
import { answered, type Observation } from './observation.js';

/** In the order in which findings of the same severity are shown. */
const CHECKS: readonly Check[] = [
  quorum,
  missingLeader,
  differentLeaders,
  alarms,
  differentData,
  otherClusters,
  differentLists,
  unreachableMembers,
  unreachableEndpoints,
  strangers,
  reads,
  quotas,
  clientCertificate,
  authorities,
  serverCertificates,
  disks,
  unknownMembers,
  deniedQuestions,
  unknownHashes,
  unknownMetrics,
  leaderChanges,
  laggingMembers,
  slowAppliers,
  unstartedMembers,
  learners,
  differentVersions,
  laggingClusterVersion,
  downgrades,
  unreachableClientUrls,
  clientUrls,
  equalNames,
  numberOfVoters,
  repeatedEndpoints,
  clocks,
  openFiles,
  unusedSpace,
];

const ORDER: readonly Severity[] = ['failure', 'unknown', 'warning', 'hint'];

/** Judges what was observed. */
export function toReport(observation: Observation, lines: CommandLines, tookMs: number): DoctorReport {
  const view = viewOf(observation);
  const findings = CHECKS.flatMap((check) => check(view, lines)).toSorted(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  );
  const count = (severity: Severity) => findings.filter((each) => each.severity === severity).length;
  const { client } = observation.certificates;
  return {
    schemaVersion: 1,
    state: stateOf(findings, view),
    startedAt: new Date(observation.startedAtMs).toISOString(),
    tookMs: Math.round(tookMs),
    clusterId: view.clusterId,
    clusterVersion: clusterVersionOf(view),
    leader: view.leaderId,
    hashRevision: observation.hashRevision,
    failures: count('failure'),
    unknowns: count('unknown'),
    warnings: count('warning'),
    hints: count('hint'),
    findings,
    members: view.members.map((member) => toDoctorMember(member, view)),
    clientCertificate: client && summaryOf(client.facts, observation.startedAtMs),
  };
}

/** Nothing that is unknown is healthy. */
function stateOf(findings: readonly Finding[], { clusterId }: ClusterView): DoctorState {
  if (clusterId === undefined) return 'unknown';
  const has = (severity: Severity) => findings.some((each) => each.severity === severity);
  if (has('failure')) return 'unhealthy';
  if (has('unknown')) return 'unknown';
  return has('warning') ? 'attention' : 'healthy';
}

function toDoctorMember(view: MemberView, { observation, leaderId }: ClusterView): DoctorMember {
  const { member, status } = view;
  const [place] = view.answering;
  const presented = answered(place?.certificate ?? view.silent[0]?.certificate)?.chain[0];
  const offset = offsetOf(view);
  const quota = status === undefined ? undefined : quotaOf(view);
  const readMs = medianReadMs(view);
  return {
    id: member.id,
    name: member.name,
    isLearner: member.isLearner,
    isLeader: member.id === leaderId,
    peerUrls: member.peerUrls,
    clientUrls: member.clientUrls,
    endpoint: place?.endpoint,
    isReachable: place !== undefined,
    version: status?.version,
    revision: status?.header?.revision,
    raftTerm: status?.raftTerm,
    raftIndex: status?.raftIndex,
    raftAppliedIndex: status?.raftAppliedIndex,
    dbSizeBytes: status?.dbSize,
    dbSizeInUseBytes: status?.dbSizeInUse,
    dbQuotaBytes: quota,
    hash: answered(place?.hash)?.hash,
    readMs: readMs === undefined ? undefined : Math.round(readMs * 10) / 10,
    clockOffsetMs: offset && Math.round(middle(offset)),
    certificate: presented && summaryOf(presented, observation.startedAtMs),
  };
}

function summaryOf(facts: CertificateFacts, nowMs: number): CertificateSummary {
  const { subject, names, notBeforeMs, notAfterMs } = facts;
  return {
    subject,
    names,
    notBefore: new Date(notBeforeMs).toISOString(),
    notAfter: new Date(notAfterMs).toISOString(),
    daysLeft: daysLeft(facts, nowMs),
  };
}
