import type * as files from '../model/file-reports.js';
import type * as auth from '../model/messages/auth.js';
import type { Member, MemberAddResponse, MembersResponse } from '../model/messages/cluster.js';
import type { ResponseHeader } from '../model/messages/header.js';
import type * as kv from '../model/messages/kv.js';
import type * as lease from '../model/messages/lease.js';
import type * as maintenance from '../model/messages/maintenance.js';
import type { Event, WatchResponse } from '../model/messages/watch.js';
import type * as results from '../model/results.js';
import { alarmTypeName } from './enum-names.js';
import {
  bareText,
  bytes,
  embedded,
  enumeration,
  flag,
  HIDDEN,
  id,
  integer,
  leaseId,
  list,
  message,
  nested,
  omitAbsent,
  omitEmpty,
  oneOf,
  quantity,
  revision,
  type Schema,
  struct,
  text,
} from './schema.js';

/**
 * The fields of each message that is printed, with their names in JSON and their labels in the format `fields`. Order and
 * JSON names are those of the Go structs (etcd's api/v3; client/v3 and etcdutl where a comment says so). A field
 * without a label is not in the format `fields`, or fields.ts has code of its own for the message.
 */

export const HEADER = message<ResponseHeader>({
  clusterId: id('cluster_id', 'ClusterID'),
  memberId: id('member_id', 'MemberID'),
  revision: revision('revision', 'Revision'),
  raftTerm: quantity('raft_term', 'RaftTerm'),
});

const header = nested('header', '', HEADER);

export const KEY_VALUE = message<kv.KeyValue>({
  key: bytes('key', 'Key'),
  createRevision: revision('create_revision', 'CreateRevision'),
  modRevision: revision('mod_revision', 'ModRevision'),
  version: quantity('version', 'Version'),
  value: bytes('value', 'Value'),
  lease: leaseId('lease', 'Lease'),
});

export const PUT = message<kv.PutResponse>({ header, prevKv: nested('prev_kv', 'Prev', KEY_VALUE) });

export const RANGE = message<kv.RangeResponse>({
  header,
  kvs: list(nested('kvs', '', KEY_VALUE)),
  more: flag('more', 'More'),
  count: quantity('count', 'Count'),
});

export const DELETE_RANGE = message<kv.DeleteRangeResponse>({
  header,
  deleted: quantity('deleted', 'Deleted'),
  prevKvs: list(nested('prev_kvs', 'Prev', KEY_VALUE)),
});

const OPERATION = struct<kv.ResponseOp>({
  response: oneOf('Response', () => ({
    responseRange: nested('response_range', '', RANGE),
    responsePut: nested('response_put', '', PUT),
    responseDeleteRange: nested('response_delete_range', '', DELETE_RANGE),
    responseTxn: nested('response_txn', undefined, TXN),
  })),
});

export const TXN: Schema<kv.TxnResponse> = message<kv.TxnResponse>({
  header,
  succeeded: flag('succeeded', 'Succeeded'),
  responses: list(nested('responses', '', OPERATION)),
});

const EVENT = message<Event>({
  type: integer('type'),
  kv: nested('kv', undefined, KEY_VALUE),
  prevKv: nested('prev_kv', undefined, KEY_VALUE),
});

/** A type of the Go client (client/v3/watch.go, 3.7.1). */
export const WATCH = struct<WatchResponse>({
  header: nested('Header', '', HEADER),
  events: list(nested('Events', undefined, EVENT)),
  compactRevision: revision('CompactRevision'),
  canceled: flag('Canceled'),
  created: flag('Created'),
  cancelReason: text('CancelReason'),
  watchId: HIDDEN,
  fragment: HIDDEN,
});

// Leases: types of the Go client, named by no common rule (client/v3/lease.go, 3.7.1).

export const LEASE_GRANT = struct<lease.LeaseGrantResponse>({
  header: embedded(HEADER),
  id: leaseId('ID', 'ID'),
  ttl: quantity('TTL', 'TTL'),
  error: text('Error'),
});

export const LEASE_KEEP_ALIVE = struct<lease.LeaseKeepAliveResponse>({
  header: embedded(HEADER),
  id: leaseId('ID', 'ID'),
  ttl: quantity('TTL', 'TTL'),
});

export const LEASE_TIME_TO_LIVE = struct<lease.LeaseTimeToLiveResponse>({
  header: embedded(HEADER),
  id: leaseId('id', 'ID'),
  ttl: quantity('ttl', 'TTL'),
  grantedTtl: quantity('granted-ttl', 'GrantedTTL'),
  keys: list(bytes('keys', 'Key')),
});

export const LEASE_LIST = struct<lease.LeaseLeasesResponse>({
  header: embedded(HEADER),
  leases: list(nested('leases', '', struct<{ readonly id: bigint }>({ id: leaseId('id', 'ID') })), '[]'),
});

export const MEMBER = message<Member>({
  id: id('ID', 'ID'),
  name: text('name', 'Name'),
  peerUrls: list(text('peerURLs', 'PeerURL')),
  clientUrls: list(text('clientURLs', 'ClientURL')),
  isLearner: flag('isLearner', 'IsLearner'),
});

const members = list(nested('members', '', MEMBER), '[]');
export const MEMBER_ADD = message<MemberAddResponse>({
  header,
  member: nested('member', '', MEMBER),
  members,
});
export const MEMBERS = message<MembersResponse>({ header, members });

export const ENDPOINT_HEALTH = struct<results.EndpointHealth>({
  endpoint: text('endpoint', 'Endpoint'),
  isHealthy: flag('health', 'Health'),
  took: bareText('took', 'Took'),
  error: omitEmpty(bareText('error', 'Error')),
});

export const ENDPOINT_HEALTH_STATE = struct<results.EndpointHealthState>({
  endpoint: text('endpoint', 'Endpoint'),
  isHealthy: flag('health', 'Health'),
  took: bareText('took', 'Took'),
  error: omitEmpty(bareText('error', 'Error')),
  state: bareText('state', 'State'),
  reason: omitEmpty(bareText('reason', 'Reason')),
  attempts: integer('attempts', 'Attempts'),
  waited: bareText('waited', 'Waited'),
});

const STATUS = message<maintenance.StatusResponse>({
  header,
  version: text('version'),
  dbSize: quantity('dbSize'),
  leader: id('leader'),
  raftIndex: quantity('raftIndex'),
  raftTerm: quantity('raftTerm'),
  raftAppliedIndex: quantity('raftAppliedIndex'),
  errors: list(text('errors')),
  dbSizeInUse: quantity('dbSizeInUse'),
  isLearner: flag('isLearner'),
  storageVersion: text('storageVersion'),
  dbSizeQuota: quantity('dbSizeQuota'),
  downgradeInfo: nested(
    'downgradeInfo',
    undefined,
    message<maintenance.DowngradeInfo>({ enabled: flag('enabled'), targetVersion: text('targetVersion') }),
  ),
});

const HASH_KV = message<maintenance.HashKvResponse>({
  header,
  hash: integer('hash'),
  compactRevision: revision('compact_revision'),
  hashRevision: revision('hash_revision'),
});

export const ENDPOINT_STATUS = struct<results.EndpointStatus>({
  endpoint: text('Endpoint'),
  response: nested('Status', undefined, STATUS),
});

/** Of an endpoint that answered, or of one that did not. */
type EndpointStatusOrFailure = Pick<results.EndpointStatus, 'endpoint'> &
  Partial<results.EndpointStatus & results.EndpointFailure>;

export const ENDPOINT_STATUS_OR_FAILURE = struct<EndpointStatusOrFailure>({
  endpoint: text('Endpoint'),
  response: omitAbsent(nested('Status', undefined, STATUS)),
  error: omitAbsent(text('Error')),
  reasons: omitAbsent(list(text('Reasons'), '[]')),
});

export const ENDPOINT_HASH_KV = struct<results.EndpointHashKv>({
  endpoint: text('Endpoint'),
  response: nested('HashKV', undefined, HASH_KV),
});

export const DOWNGRADE = message<maintenance.DowngradeResponse>({ header, version: text('version') });

export const ALARM_MEMBER = message<maintenance.AlarmMember>({
  memberId: id('memberID', 'MemberID'),
  alarm: enumeration('alarm', 'AlarmType', alarmTypeName),
});

export const ALARM = message<maintenance.AlarmResponse>({
  header,
  alarms: list(nested('alarms', '', ALARM_MEMBER)),
});

const PERMISSION = message<auth.Permission>({
  permType: integer('permType'),
  key: bytes('key'),
  rangeEnd: bytes('range_end'),
});

export const HEADER_ONLY = message<auth.AuthResponse>({ header });
export const ROLES = message<auth.UserGetResponse>({ header, roles: list(text('roles')) });
export const USERS = message<auth.UserListResponse>({ header, users: list(text('users')) });
export const ROLE = message<auth.RoleGetResponse>({
  header,
  perm: list(nested('perm', undefined, PERMISSION)),
});
export const AUTH_STATUS = message<auth.AuthStatusResponse>({
  header,
  enabled: flag('enabled'),
  authRevision: revision('authRevision'),
});

// Files: structs of etcdutl (etcdutl 3.7.1).

export const SNAPSHOT_STATUS = struct<files.SnapshotStatus>({
  hash: integer('hash', 'Hash'),
  revision: revision('revision', 'Revision'),
  totalKeys: integer('totalKey', 'Keys'),
  totalSizeBytes: integer('totalSize', 'Size'),
  version: omitAbsent(bareText('version', 'Version')),
});

export const SNAPSHOT_VERIFIED = struct<files.VerifiedSnapshot>({
  path: text('path', 'Path'),
  checksum: bareText('checksum', 'Checksum'),
  buckets: integer('buckets', 'Buckets'),
  records: integer('records', 'Records'),
  databaseBytes: integer('totalSize', 'Size'),
});

const SNAPSHOT_ENTRY = struct<files.SnapshotEntry>({
  file: text('file', 'File'),
  state: text('state', 'State'),
  problem: omitAbsent(text('problem', 'Problem')),
  sizeBytes: omitAbsent(integer('size', 'Size')),
  cluster: omitAbsent(text('cluster', 'Cluster')),
  clusterId: omitAbsent(text('clusterId', 'ClusterID')),
  memberName: omitAbsent(text('memberName', 'MemberName')),
  begin: omitAbsent(text('begin', 'Begin')),
  revision: omitAbsent(revision('revision', 'Revision')),
  hash: omitAbsent(text('hash', 'Hash')),
  keys: omitAbsent(integer('keys', 'Keys')),
  snapshotSizeBytes: omitAbsent(integer('snapshotSize', 'SnapshotSize')),
  compression: omitAbsent(text('compression', 'Compression')),
  sha256: omitAbsent(text('sha256', 'SHA256')),
});

export const SNAPSHOT_LIST = struct<Pick<results.ResultOf<'snapshot-list'>, 'directory' | 'snapshots'>>({
  directory: text('directory', 'Directory'),
  snapshots: list(nested('snapshots', '', SNAPSHOT_ENTRY), '[]'),
});

export const FILE_HASH_KV = struct<files.FileHashKv>({
  hash: integer('hash', 'Hash'),
  hashRevision: revision('hashRevision', 'Hash revision'),
  compactRevision: revision('compactRevision', 'Compact revision'),
});

export const FILE_HASH = struct<Pick<results.ResultOf<'file-hash'>, 'path' | 'hash'>>({
  path: text('path', 'Path'),
  hash: integer('hash', 'Hash'),
});
