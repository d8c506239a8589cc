import type { CertificateSummary, DoctorMember, DoctorReport, Finding } from '../model/doctor.js';
import { flag, id, integer, list, nested, omitAbsent, quantity, revision, struct, text } from './schema.js';

const CERTIFICATE = struct<CertificateSummary>({
  subject: text('subject'),
  names: list(text('names'), '[]'),
  notBefore: text('notBefore'),
  notAfter: text('notAfter'),
  daysLeft: integer('daysLeft'),
});

const FINDING = struct<Finding>({
  id: text('id'),
  severity: text('severity'),
  memberId: omitAbsent(id('memberId')),
  member: omitAbsent(text('member')),
  endpoint: omitAbsent(text('endpoint')),
  what: text('what'),
  advice: text('advice'),
  commands: list(text('commands'), '[]'),
});

const MEMBER = struct<DoctorMember>({
  id: id('id'),
  name: text('name'),
  isLearner: flag('isLearner'),
  isLeader: flag('isLeader'),
  peerUrls: list(text('peerUrls'), '[]'),
  clientUrls: list(text('clientUrls'), '[]'),
  endpoint: omitAbsent(text('endpoint')),
  isReachable: flag('isReachable'),
  version: omitAbsent(text('version')),
  revision: omitAbsent(revision('revision')),
  raftTerm: omitAbsent(quantity('raftTerm')),
  raftIndex: omitAbsent(quantity('raftIndex')),
  raftAppliedIndex: omitAbsent(quantity('raftAppliedIndex')),
  dbSizeBytes: omitAbsent(quantity('dbSizeBytes')),
  dbSizeInUseBytes: omitAbsent(quantity('dbSizeInUseBytes')),
  dbQuotaBytes: omitAbsent(quantity('dbQuotaBytes')),
  hash: omitAbsent(integer('hash')),
  readMs: omitAbsent(integer('readMs')),
  clockOffsetMs: omitAbsent(integer('clockOffsetMs')),
  certificate: omitAbsent(nested('certificate', undefined, CERTIFICATE)),
});

/** The JSON of `doctor`. docs/operators.md documents it: a change that is no addition needs another `schemaVersion`. */
export const DOCTOR_REPORT = struct<DoctorReport>({
  schemaVersion: integer('schemaVersion'),
  state: text('state'),
  startedAt: text('startedAt'),
  tookMs: integer('tookMs'),
  clusterId: omitAbsent(id('clusterId')),
  clusterVersion: omitAbsent(text('clusterVersion')),
  leader: omitAbsent(id('leader')),
  hashRevision: omitAbsent(revision('hashRevision')),
  failures: integer('failures'),
  unknowns: integer('unknowns'),
  warnings: integer('warnings'),
  hints: integer('hints'),
  findings: list(nested('findings', undefined, FINDING), '[]'),
  members: list(nested('members', undefined, MEMBER), '[]'),
  clientCertificate: omitAbsent(nested('clientCertificate', undefined, CERTIFICATE)),
});
