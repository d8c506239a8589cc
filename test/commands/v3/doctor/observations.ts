import type { Observation, Place } from '../../../../src/commands/v3/doctor/observation.js';
import type { CertificateFacts, MetricsPage } from '../../../../src/model/inspection.js';
import type { Member } from '../../../../src/model/messages/cluster.js';
import type { HashKvResponse, StatusResponse } from '../../../../src/model/messages/maintenance.js';

/** Any time; the clock of this machine in all observations. */
export const NOW_MS = Date.parse('2026-11-29T00:00:00Z');
export const DAY_MS = 24 * 60 * 60 * 1000;
const CLUSTER_ID = 7n;

export function member(number: number, changes: Partial<Member> = {}): Member {
  return {
    id: BigInt(number),
    name: `m${number}`,
    peerUrls: [`https://10.0.0.${number}:2380`],
    clientUrls: [`https://10.0.0.${number}:2379`],
    isLearner: false,
    ...changes,
  };
}

export const THREE = [member(1), member(2), member(3)];

export function status(number: number, changes: Partial<StatusResponse> = {}): StatusResponse {
  return {
    header: { clusterId: CLUSTER_ID, memberId: BigInt(number), revision: 10n, raftTerm: 2n },
    version: '3.7.1',
    dbSize: 1_000_000n,
    leader: 1n,
    raftIndex: 100n,
    raftTerm: 2n,
    raftAppliedIndex: 100n,
    errors: [],
    dbSizeInUse: 900_000n,
    isLearner: false,
    storageVersion: '3.7.0',
    dbSizeQuota: 2_000_000_000n,
    ...changes,
  };
}

export function hash(changes: Partial<HashKvResponse> = {}): HashKvResponse {
  return { hash: 1, compactRevision: 5n, hashRevision: 10n, ...changes };
}

export function facts(changes: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: 'CN=etcd',
    names: ['DNS:localhost'],
    notBeforeMs: NOW_MS - DAY_MS,
    notAfterMs: NOW_MS + 365 * DAY_MS,
    allowsClients: true,
    ...changes,
  };
}

/** A page of metrics that was asked for at `NOW_MS`, of a server whose clock is ahead by this. */
export function metrics(text = '', aheadMs = 0): MetricsPage {
  const serverTimeMs = Math.floor((NOW_MS + aheadMs) / 1000) * 1000;
  return { text, serverTimeMs, sentAtMs: NOW_MS, receivedAtMs: NOW_MS + 10 };
}

/** What a healthy member answers at its client URL. */
export function place(number: number, changes: Partial<Place> = {}, members = THREE): Place {
  return {
    endpoint: `https://10.0.0.${number}:2379`,
    timesGiven: 1,
    status: { value: status(number) },
    lastStatus: { value: status(number) },
    members: { value: { members } },
    metrics: { value: metrics('etcd_cluster_version{cluster_version="3.7"} 1\n') },
    certificate: { value: { chain: [facts()], isVerified: true } },
    hash: { value: hash() },
    reads: [{ value: 1 }, { value: 3 }, { value: 2 }],
    ...changes,
  };
}

/** A client URL that does not answer. */
export function silent(number: number, changes: Partial<Place> = {}): Place {
  return {
    endpoint: `https://10.0.0.${number}:2379`,
    timesGiven: 1,
    status: { trouble: { kind: 'unreachable', words: 'connection refused' } },
    ...changes,
  };
}

export function observation(
  places: readonly Place[] = [place(1), place(2), place(3)],
  changes: Partial<Observation> = {},
): Observation {
  return {
    startedAtMs: NOW_MS,
    places,
    hashRevision: 10n,
    certificates: { authorities: [] },
    disks: [],
    ...changes,
  };
}

/** The status of a member at the first look and at the last. */
export function twice(number: number, first: Partial<StatusResponse>, last = first): Partial<Place> {
  return { status: { value: status(number, first) }, lastStatus: { value: status(number, last) } };
}
