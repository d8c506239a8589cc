import type { Finding } from '../../../../model/doctor.js';
import type { CertificateFacts, FileCertificate } from '../../../../model/inspection.js';
import { counted } from '../../../../printers/prose.js';
import { type FindingId, finding } from '../catalogue.js';
import type { ClusterView } from '../cluster-view.js';
import { answered, type Place, troubleOf } from '../observation.js';
import { at, type Check } from './check.js';

const WARNING_DAYS = 30;
const FAILURE_DAYS = 7;
export const DAY_MS = 24 * 60 * 60 * 1000;

/** The certificate of this program: of `--cert`. */
export const clientCertificate: Check = ({ observation }) => {
  const { client } = observation.certificates;
  if (client === undefined) return [];
  const { file, facts } = client;
  const advice = `Issue a new one and put it into ${file}, with its key.`;
  const findings = judgeDates(facts, {
    nowMs: observation.startedAtMs,
    subject: `The client certificate ${file}`,
    prefix: 'client-certificate',
    parts: { advice },
  });
  if (facts.allowsClients) return findings;
  const what = `The client certificate ${file} does not have the extended key usage clientAuth: servers refuse it.`;
  return [...findings, finding('client-certificate-usage', { what, advice })];
};

/** The authorities of `--cacert`. */
export const authorities: Check = ({ observation }) =>
  observation.certificates.authorities.flatMap(({ file, facts }: FileCertificate) =>
    judgeDates(facts, {
      nowMs: observation.startedAtMs,
      subject: `The authority ${facts.subject} in ${file}`,
      prefix: 'authority',
      parts: {
        advice:
          'Make a new authority, let all members and clients trust both, and then replace the certificates of the old one.',
      },
    }),
  );

/** What each server presents. */
export const serverCertificates: Check = (view) =>
  view.observation.places.flatMap((place) => judgePlace(place, view));

function judgePlace(place: Place, view: ClusterView): Finding[] {
  const { certificate, endpoint } = place;
  const parts = { ...whereOf(place, view), endpoint };
  const trouble = troubleOf(certificate);
  if (trouble !== undefined) {
    // A server that does not answer at all is reported.
    if (answered(place.status) === undefined) return [];
    const what = `Its certificate cannot be seen: ${trouble.words}.`;
    return [finding('server-certificate-unknown', { ...parts, what })];
  }
  const presented = answered(certificate);
  if (presented === undefined) return [];
  const [leaf, ...issuers] = presented.chain;
  const nowMs = view.observation.startedAtMs;
  const advice =
    'Issue a new one and put it into the file of --cert-file of this member, with its key; etcd reads it again without a restart.';
  const findings: Finding[] = [];
  if (leaf !== undefined) {
    const subject = 'The certificate that the server presents';
    findings.push(
      ...judgeDates(leaf, { nowMs, subject, prefix: 'server-certificate', parts: { ...parts, advice } }),
    );
  }
  for (const issuer of issuers) {
    const subject = `The authority ${issuer.subject}, which the server presents,`;
    findings.push(
      ...judgeDates(issuer, { nowMs, subject, prefix: 'authority', parts: { ...parts, advice } }),
    );
  }
  const { problem, isVerified } = presented;
  if (problem !== undefined && findings.every(({ id }) => !NAMES_THE_PROBLEM.has(id))) {
    const isWrongName = problem.kind === 'wrong-name';
    const id = isWrongName ? 'server-certificate-name' : 'server-certificate-untrusted';
    const mend = isWrongName ? NAME_ADVICE : TRUST_ADVICE;
    findings.push(finding(id, { ...parts, what: `${sentence(problem.words)}.`, advice: mend }));
  }
  if (!isVerified) {
    const what = 'The certificate is not verified, because of --insecure-skip-tls-verify.';
    const verify = 'Give --cacert instead.';
    findings.push(finding('server-certificate-unverified', { ...parts, what, advice: verify }));
  }
  return findings;
}

const NAMES_THE_PROBLEM: ReadonlySet<string> = new Set<FindingId>([
  'server-certificate-expired',
  'server-certificate-not-yet-valid',
  'authority-expired',
]);

const NAME_ADVICE =
  'Connect to a name or address that the certificate has, or issue a certificate that has this one.';
const TRUST_ADVICE =
  'Give --cacert the authority that signed it, or issue a certificate that an authority of --cacert signs.';

function whereOf(place: Place, { members }: ClusterView): Pick<Finding, 'memberId' | 'member'> {
  const view = members.find(({ answering, silent }) => answering.includes(place) || silent.includes(place));
  if (view === undefined) return {};
  const { memberId, member } = at(view);
  return { memberId, member };
}

interface Dates {
  readonly nowMs: number;
  /** The beginning of the sentence. */
  readonly subject: string;
  readonly prefix: 'client-certificate' | 'server-certificate' | 'authority';
  readonly parts: Partial<Finding>;
}

function judgeDates(facts: CertificateFacts, { nowMs, subject, prefix, parts }: Dates): Finding[] {
  const { notBeforeMs, notAfterMs } = facts;
  if (nowMs > notAfterMs) {
    const what = `${subject} has expired on ${dateOf(notAfterMs)}.`;
    return [finding(`${prefix}-expired`, { ...parts, what })];
  }
  if (nowMs < notBeforeMs && prefix !== 'authority') {
    const what = `${subject} is valid only from ${dateOf(notBeforeMs)} on, by the clock of this machine.`;
    return [finding(`${prefix}-not-yet-valid`, { ...parts, what })];
  }
  const days = daysLeft(facts, nowMs);
  if (days >= WARNING_DAYS) return [];
  const severity = days < FAILURE_DAYS ? 'failure' : 'warning';
  const left = days === 0 ? 'within a day' : `in ${counted(days, 'day')}`;
  const what = `${subject} expires ${left}, on ${dateOf(notAfterMs)}.`;
  return [finding(`${prefix}-expires`, { ...parts, severity, what })];
}

/** Whole days; negative after the end. */
export function daysLeft({ notAfterMs }: CertificateFacts, nowMs: number): number {
  return Math.floor((notAfterMs - nowMs) / DAY_MS);
}

/** `2026-11-18 21:40 UTC` */
function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
