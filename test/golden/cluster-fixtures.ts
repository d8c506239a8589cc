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
