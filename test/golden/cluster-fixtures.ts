import type { RecoveryMember, RollingDefragMember } from '../../src/model/maintenance-reports.js';
import type { Member } from '../../src/model/messages/cluster.js';
import type { StatusResponse } from '../../src/model/messages/maintenance.js';
import { BARE_HEADER, type Fixtures, HEADER, ZERO_HEADER } from './fixture-parts.js';

const VOTER: Member = {
  id: HEADER.memberId,
  name: 'node-1 "é" <a&b>',
  peerUrls: ['http://10.0.0.1:2380', 'http://[::1]:2380'],
  clientUrls: ['http://10.0.0.1:2379', 'unix://sock?a=1&b=2'],
  isLearner: false,
};
const LEARNER: Member = {
  id: 255n,
  name: 'learner',
  peerUrls: ['http://10.0.0.2:2380'],
  clientUrls: ['http://10.0.0.2:2379'],
  isLearner: true,
};
const UNNAMED: Member = {
  id: 1311768467463790320n,
  name: '',
  peerUrls: ['https://10.0.0.3:2380'],
  clientUrls: [],
  isLearner: false,
};
const EMPTY: Member = { id: 0n, name: '', peerUrls: [], clientUrls: [], isLearner: true };
const MEMBERS = [VOTER, LEARNER, UNNAMED, EMPTY];

const STATUS: StatusResponse = {
  header: BARE_HEADER,
  version: '3.7.1',
  dbSize: 82854982n,
  leader: HEADER.memberId,
  raftIndex: 18446744073709551615n,
  raftTerm: 7n,
  raftAppliedIndex: 9007199254740993n,
  errors: [],
  dbSizeInUse: 16384n,
  isLearner: false,
  storageVersion: '3.7.0',
  dbSizeQuota: 2147483648n,
  downgradeInfo: { enabled: false, targetVersion: '' },
};
const TROUBLED_STATUS: StatusResponse = {
  ...STATUS,
  header: { ...BARE_HEADER, memberId: 255n },
  version: '3.6.14',
  leader: 0n,
  dbSize: 24576n,
  dbSizeInUse: 24575n,
  errors: ['memberID:255 alarm:NOSPACE ', 'etcdserver: no leader', 'a "b" <é>'],
  isLearner: true,
  downgradeInfo: { enabled: true, targetVersion: '3.5.0' },
};
const ROLLING_MEMBER: RollingDefragMember = {
  endpoint: 'http://10.0.0.1:2379',
  id: HEADER.memberId,
  name: VOTER.name,
  role: 'follower',
  state: 'planned',
  sizeBytes: 2_100_000_000n,
  unusedBytes: 1_700_000_000n,
  newSizeBytes: undefined,
  took: undefined,
  reason: undefined,
};
const RECOVERY_MEMBER: RecoveryMember = {
  endpoint: 'http://10.0.0.1:2379',
  id: HEADER.memberId,
  name: VOTER.name,
  isFull: true,
  sizeBytes: 2_147_483_648n,
  inUseBytes: 1_700_000_000n,
  quotaBytes: 2_147_483_648n,
  newSizeBytes: undefined,
};
/** The fields that a server of etcd 3.4 sends. */
const OLD_STATUS: StatusResponse = {
  ...STATUS,
  version: '3.4.30',
  storageVersion: '',
  dbSizeQuota: 0n,
  dbSizeInUse: 999999n,
  dbSize: 1000000n,
  downgradeInfo: undefined,
};

export const CLUSTER_FIXTURES: Fixtures = {
  'member-add': {
    kind: 'member-add',
    response: { header: BARE_HEADER, member: UNNAMED, members: [VOTER, UNNAMED] },
  },
  'member-add-learner': {
    kind: 'member-add',
    response: { header: ZERO_HEADER, member: { ...LEARNER, name: '' }, members: [LEARNER] },
  },
  'member-remove': { kind: 'member-remove', id: 255n, response: { header: BARE_HEADER, members: MEMBERS } },
  'member-update': {
    kind: 'member-update',
    id: HEADER.memberId,
    response: { header: BARE_HEADER, members: MEMBERS },
  },
  'member-promote': {
    kind: 'member-promote',
    id: 255n,
    response: { header: HEADER, members: [VOTER] },
  },
  'member-promote-no-members': {
    kind: 'member-promote',
    id: 1n,
    response: { header: undefined, members: [] },
  },
  'member-list': { kind: 'member-list', response: { header: BARE_HEADER, members: MEMBERS } },
  'member-list-empty': { kind: 'member-list', response: { header: undefined, members: [] } },
  'endpoint-health': {
    kind: 'endpoint-health',
    endpoints: [
      { endpoint: '127.0.0.1:2379', isHealthy: true, took: '1.234567ms', error: '' },
      {
        endpoint: 'https://10.0.0.12:2379',
        isHealthy: false,
        took: '5.0002s',
        error: 'context deadline exceeded',
      },
      {
        endpoint: 'http://[::1]:2379',
        isHealthy: false,
        took: '980.5µs',
        error: 'Active Alarm(s): NOSPACE ',
      },
      {
        endpoint: 'unix://日本.sock',
        isHealthy: false,
        took: '',
        error: '<&> "two\nlines"\twide 語 and 🇩🇪 e\u0301',
      },
    ],
  },
  'endpoint-health-none': { kind: 'endpoint-health', endpoints: [] },
  'endpoint-health-states': {
    kind: 'endpoint-health-states',
    endpoints: [
      {
        endpoint: 'https://10.0.0.11:2379',
        isHealthy: true,
        took: '1.234567ms',
        error: '',
        state: 'healthy',
        reason: '',
        attempts: 3,
        waited: '1.7502s',
      },
      {
        endpoint: 'https://10.0.0.12:2379',
        isHealthy: false,
        took: '980.5µs',
        error: 'context deadline exceeded',
        state: 'unhealthy',
        reason: 'connection refused',
        attempts: 60,
        waited: '1m0s',
      },
      {
        endpoint: 'https://10.0.0.13:2379',
        isHealthy: false,
        took: '70ms',
        error: 'etcdserver: authentication failed, invalid user ID or password',
        state: 'unknown',
        reason: 'etcdserver: authentication failed, invalid user ID or password',
        attempts: 60,
        waited: '1m0s',
      },
    ],
  },
  'endpoint-status-all': {
    kind: 'endpoint-status-all',
    endpoints: [
      { endpoint: '127.0.0.1:2379', response: STATUS },
      {
        endpoint: 'https://10.0.0.12:2379',
        error: 'context deadline exceeded',
        reasons: ['https://10.0.0.12:2379: connection refused', 'a "second" reason'],
      },
      { endpoint: 'http://[::1]:2379', error: 'etcdserver: no leader', reasons: [] },
    ],
  },
  'endpoint-status': {
    kind: 'endpoint-status',
    endpoints: [
      { endpoint: '127.0.0.1:2379', response: STATUS },
      { endpoint: 'https://10.0.0.12:2379', response: TROUBLED_STATUS },
      { endpoint: 'http://[::1]:2379', response: OLD_STATUS },
    ],
  },
  'endpoint-status-one': {
    kind: 'endpoint-status',
    endpoints: [{ endpoint: '127.0.0.1:2379', response: { ...STATUS, header: undefined } }],
  },
  'endpoint-status-none': { kind: 'endpoint-status', endpoints: [] },
  'endpoint-hashkv': {
    kind: 'endpoint-hashkv',
    endpoints: [
      {
        endpoint: '127.0.0.1:2379',
        response: { header: HEADER, hash: 4294967295, compactRevision: 9n, hashRevision: 42n },
      },
      {
        endpoint: 'https://10.0.0.12:2379',
        response: { header: BARE_HEADER, hash: 0, compactRevision: -1n, hashRevision: 0n },
      },
    ],
  },
  'endpoint-hashkv-none': { kind: 'endpoint-hashkv', endpoints: [] },

  'defrag-rolling-plan': {
    kind: 'defrag-rolling',
    report: {
      isDryRun: true,
      movesLeader: true,
      members: [
        { ...ROLLING_MEMBER, id: 255n, name: '', endpoint: 'http://10.0.0.2:2379' },
        { ...ROLLING_MEMBER, role: 'leader' },
        { ...ROLLING_MEMBER, role: 'follower', state: 'skipped', reason: 'too little to gain' },
      ],
      problems: [],
    },
  },
  'defrag-rolling-stopped': {
    kind: 'defrag-rolling',
    report: {
      isDryRun: false,
      movesLeader: false,
      members: [
        { ...ROLLING_MEMBER, state: 'defragmented', newSizeBytes: 16384n, took: '1m2.5s' },
        { ...ROLLING_MEMBER, state: 'failed', took: '30s', reason: 'context deadline exceeded' },
        { ...ROLLING_MEMBER, state: 'untouched', role: 'leader' },
      ],
      problems: ['node-1 "é" <a&b>: context deadline exceeded'],
    },
  },
  'alarm-recovery-plan': {
    kind: 'alarm-recovery',
    report: {
      isDryRun: true,
      revision: 9007199254740993n,
      compactedRevision: 0n,
      members: [
        RECOVERY_MEMBER,
        { ...RECOVERY_MEMBER, isFull: false, id: 255n, name: '', quotaBytes: undefined },
      ],
      steps: [
        { name: 'compact', state: 'skipped', text: 'The store is already compacted at revision 7' },
        { name: 'disarm', state: 'planned', text: 'Disarm the alarm NOSPACE of node-1 "é" <a&b>' },
      ],
      problems: [],
    },
  },
  'alarm-recovery-stopped': {
    kind: 'alarm-recovery',
    report: {
      isDryRun: false,
      revision: 9n,
      compactedRevision: 7n,
      members: [{ ...RECOVERY_MEMBER, newSizeBytes: 16384n }],
      steps: [{ name: 'check', state: 'failed', text: 'Check that every member is below its quota' }],
      problems: ['m1 has 2.1 GB of a quota of 2.1 GB'],
    },
  },
  'alarm-recovery-needless': {
    kind: 'alarm-recovery',
    report: { isDryRun: false, revision: 9n, compactedRevision: 7n, members: [], steps: [], problems: [] },
  },
  'member-replacement-plan': {
    kind: 'member-replacement',
    report: {
      isDryRun: true,
      old: { id: HEADER.memberId, name: VOTER.name },
      replacement: { id: undefined, name: 'm4', peerUrls: ['https://10.0.0.4:2380'] },
      settings: [],
      steps: [
        {
          name: 'add',
          state: 'planned',
          text: 'Add m4 as a learner with the peer URL https://10.0.0.4:2380',
        },
        { name: 'remove', state: 'planned', text: 'Remove node-1 "é" <a&b>' },
      ],
      problems: [],
    },
  },
  'member-replacement-stopped': {
    kind: 'member-replacement',
    report: {
      isDryRun: false,
      old: undefined,
      replacement: { id: 255n, name: 'm4', peerUrls: ['https://10.0.0.4:2380'] },
      settings: [{ name: 'ETCD_NAME', value: 'm4' }],
      steps: [
        { name: 'start', state: 'failed', text: 'Wait until m4 is started and has caught up' },
        { name: 'promote', state: 'untouched', text: 'Promote m4 to a voting member' },
      ],
      problems: ['m4 has not started in the time of --wait'],
    },
  },
  'member-replacement-done': {
    kind: 'member-replacement',
    report: {
      isDryRun: false,
      old: undefined,
      replacement: { id: 255n, name: 'm4', peerUrls: [] },
      settings: [],
      steps: [],
      problems: [],
    },
  },

  'local-restore-plan': {
    kind: 'local-restore',
    report: {
      isDryRun: true,
      snapshot: 'backup "é" <a&b>.db',
      settings: [
        { name: 'data-dir', value: '/var/lib/etcd', origin: '/etc/kubernetes/stopped/etcd.yaml' },
        { name: 'name', value: 'node-1 "é" <a&b>', origin: '--name' },
      ],
      oldDirectories: ['/var/lib/etcd.old-20260131T120000Z'],
      others: { names: ['m2', 'm3'], command: 'etcdctl snapshot restore backup.db --local' },
      steps: [
        { name: 'clear', state: 'planned', text: 'An earlier restore was killed' },
        { name: 'write', state: 'planned', text: 'Write new data from backup.db beside /var/lib/etcd' },
      ],
      recommendations: ['--bump-revision=1000000000 --mark-compacted: Kubernetes remembers revisions'],
      afterwards: ['start etcd: systemctl start etcd'],
      problems: [
        'etcd runs on this data: process 7',
        'stop it and run this command again: systemctl stop etcd',
      ],
    },
  },
  'local-restore-done': {
    kind: 'local-restore',
    report: {
      isDryRun: false,
      snapshot: 'backup.db',
      settings: [],
      oldDirectories: [],
      others: undefined,
      steps: [{ name: 'replace', state: 'done', text: 'Rename the new directory to /var/lib/etcd' }],
      recommendations: [],
      afterwards: [],
      problems: [],
    },
  },

  'move-leader': {
    kind: 'move-leader',
    leader: HEADER.memberId,
    target: 255n,
    response: { header: BARE_HEADER },
  },
  'downgrade-validate': {
    kind: 'downgrade',
    action: 'validate',
    response: { header: BARE_HEADER, version: '3.7.0' },
  },
  'downgrade-enable': {
    kind: 'downgrade',
    action: 'enable',
    response: { header: BARE_HEADER, version: '3.7.0' },
  },
  'downgrade-cancel': { kind: 'downgrade', action: 'cancel', response: { header: undefined, version: '' } },
  alarm: {
    kind: 'alarm',
    response: {
      header: BARE_HEADER,
      alarms: [
        { memberId: HEADER.memberId, alarm: 1 },
        { memberId: 255n, alarm: 2 },
        { memberId: 255n, alarm: 0 },
        { memberId: 0n, alarm: 1 },
        { memberId: 0n, alarm: 0 },
        { memberId: 1n, alarm: 9 },
      ],
    },
  },
  'alarm-none': { kind: 'alarm', response: { header: BARE_HEADER, alarms: [] } },
};
