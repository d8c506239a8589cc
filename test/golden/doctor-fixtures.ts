import type { DoctorMember, DoctorReport } from '../../src/model/doctor.js';
import { type Fixtures, HEADER } from './fixture-parts.js';

const CERTIFICATE = {
  subject: 'CN=etcd "é" <a&b>',
  names: ['DNS:localhost', 'IP:127.0.0.1'],
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
  daysLeft: 33,
};

const LEADER: DoctorMember = {
  id: HEADER.memberId,
  name: 'm1',
  isLearner: false,
  isLeader: true,
  peerUrls: ['https://10.0.0.1:2380'],
  clientUrls: ['https://10.0.0.1:2379'],
  endpoint: 'https://10.0.0.1:2379',
  isReachable: true,
  version: '3.7.1',
  revision: 9007199254740993n,
  raftTerm: 7n,
  raftIndex: 18446744073709551615n,
  raftAppliedIndex: 18446744073709551614n,
  dbSizeBytes: 82854982n,
  dbSizeInUseBytes: 16384n,
  dbQuotaBytes: 2147483648n,
  hash: 4294967295,
  readMs: 1.5,
  clockOffsetMs: -20,
  certificate: CERTIFICATE,
};
const SILENT: DoctorMember = {
  id: 255n,
  name: 'm2',
  isLearner: false,
  isLeader: false,
  peerUrls: ['https://10.0.0.2:2380'],
  clientUrls: ['https://10.0.0.2:2379'],
  isReachable: false,
};
const UNSTARTED: DoctorMember = { ...SILENT, id: 4096n, name: '', clientUrls: [] };

const HEALTHY: DoctorReport = {
  schemaVersion: 1,
  state: 'healthy',
  startedAt: '2026-11-29T01:02:03.004Z',
  tookMs: 123,
  clusterId: HEADER.clusterId,
  clusterVersion: '3.7',
  leader: HEADER.memberId,
  hashRevision: 9007199254740993n,
  failures: 0,
  unknowns: 0,
  warnings: 0,
  hints: 0,
  findings: [],
  members: [LEADER],
  clientCertificate: CERTIFICATE,
};

export const DOCTOR_FIXTURES: Fixtures = {
  'doctor-healthy': { kind: 'doctor-report', report: HEALTHY },
  'doctor-unhealthy': {
    kind: 'doctor-report',
    report: {
      ...HEALTHY,
      state: 'unhealthy',
      failures: 1,
      unknowns: 2,
      warnings: 1,
      hints: 1,
      findings: [
        {
          id: 'member-unreachable',
          severity: 'failure',
          memberId: 255n,
          member: 'm2',
          endpoint: 'https://10.0.0.2:2379',
          what: 'The member does not answer: connected, but the server does not answer the TLS handshake: it may be stopped, overloaded, or no TLS server.',
          advice: 'Start etcd there. If its machine is lost, replace the member:',
          commands: [
            "etcdctl --endpoints=https://10.0.0.1:2379 --cacert='/etc/my pki/ca.crt' member replace ff --name=m2 --peer-urls=https://10.0.0.2:2380",
          ],
        },
        { id: 'hash-unknown', severity: 'unknown', what: 'No hash.', advice: '', commands: [] },
        { id: 'metrics-unknown', severity: 'unknown', what: 'No "metrics" <é>.', advice: '', commands: [] },
        {
          id: 'even-voters',
          severity: 'warning',
          what: 'The cluster has 2 voting members.',
          advice: 'Add a member.',
          commands: [],
        },
        { id: 'space-unused', severity: 'hint', member: 'm1', what: 'Unused.', advice: '', commands: [] },
      ],
      members: [LEADER, SILENT, UNSTARTED],
    },
  },
  'doctor-nothing': {
    kind: 'doctor-report',
    report: {
      schemaVersion: 1,
      state: 'unknown',
      startedAt: '2026-11-29T01:02:03.004Z',
      tookMs: 3000,
      failures: 1,
      unknowns: 0,
      warnings: 0,
      hints: 0,
      findings: [
        {
          id: 'endpoint-unreachable',
          severity: 'failure',
          endpoint: '127.0.0.1:2379',
          what: 'The endpoint does not answer: connection refused.',
          advice: 'Check the address.',
          commands: [],
        },
      ],
      members: [],
    },
  },
};
