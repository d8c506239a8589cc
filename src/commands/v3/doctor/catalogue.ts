import type { Finding, Severity } from '../../../model/doctor.js';

/** All findings, and how bad each is. Two severities: the check decides. docs/operators.md explains each of them. */
export const FINDINGS = {
  'endpoint-unreachable': ['failure'],
  'endpoint-not-member': ['failure'],
  'endpoint-repeated': ['warning'],
  'clusters-differ': ['failure'],

  'member-unreachable': ['failure'],
  'client-url-unreachable': ['warning'],
  'client-url-loopback': ['warning'],
  'client-url-plaintext': ['warning'],
  'member-without-client-url': ['warning'],

  'members-unknown': ['unknown'],
  'member-lists-differ': ['failure'],
  'member-unstarted': ['warning'],
  learner: ['warning'],
  'member-names-equal': ['warning'],
  'even-voters': ['warning'],
  'single-voter': ['hint'],
  'quorum-lost': ['failure'],
  'quorum-without-reserve': ['warning'],

  'leader-missing': ['failure'],
  'leaders-differ': ['failure'],
  'leader-changed': ['warning'],
  'raft-behind': ['warning'],
  'apply-behind': ['warning'],
  'read-failed': ['failure'],
  'read-slow': ['warning'],

  'versions-differ': ['warning'],
  'cluster-version-lags': ['warning'],
  'downgrade-enabled': ['warning'],

  'alarm-nospace': ['failure'],
  'alarm-corrupt': ['failure'],
  'alarm-unknown': ['failure'],
  'hash-differs': ['failure'],
  'revision-differs': ['failure'],
  'hash-unknown': ['unknown'],
  'quota-near': ['warning', 'failure'],
  'quota-unknown': ['unknown'],
  'space-unused': ['hint'],
  'disk-space-low': ['warning', 'failure'],
  'disk-space-unknown': ['unknown'],
  'files-near-limit': ['warning'],

  'client-certificate-expires': ['warning', 'failure'],
  'client-certificate-expired': ['failure'],
  'client-certificate-not-yet-valid': ['failure'],
  'client-certificate-usage': ['failure'],
  'authority-expires': ['warning', 'failure'],
  'authority-expired': ['failure'],
  'server-certificate-expires': ['warning', 'failure'],
  'server-certificate-expired': ['failure'],
  'server-certificate-not-yet-valid': ['failure'],
  'server-certificate-name': ['failure'],
  'server-certificate-untrusted': ['failure'],
  'server-certificate-unverified': ['unknown'],
  'server-certificate-unknown': ['unknown'],

  'clock-off': ['warning'],
  'clock-here-off': ['warning'],
  'metrics-unknown': ['unknown'],
  'access-denied': ['unknown'],
} as const satisfies Readonly<Record<string, readonly [Severity, ...Severity[]]>>;

export type FindingId = keyof typeof FINDINGS;

type FindingParts = Pick<Finding, 'what'> &
  Partial<Pick<Finding, 'memberId' | 'member' | 'endpoint' | 'advice' | 'commands' | 'severity'>>;

/** A finding with the severity of the catalogue, unless `parts` has another one of it. */
export function finding(id: FindingId, parts: FindingParts): Finding {
  return { id, severity: FINDINGS[id][0], advice: '', commands: [], ...parts };
}
