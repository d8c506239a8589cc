import { expect, test } from 'vitest';
import type { RpcCode } from '../../../src/model/errors.js';
import {
  AUTH_POLICIES,
  CLUSTER_POLICIES,
  KV_POLICIES,
  LEASE_POLICIES,
  MAINTENANCE_POLICIES,
  mayRetry,
  type RetryPolicy,
  WATCH_POLICIES,
} from '../../../src/transport/grpc/retry.js';
import { AttemptError, connectionLost } from '../../../src/transport/grpc/status.js';
import {
  AuthDefinition,
  ClusterDefinition,
  KvDefinition,
  LeaseDefinition,
  MaintenanceDefinition,
  WatchDefinition,
} from '../../../src/wire/etcdserver.js';

const TABLES = [
  [KvDefinition, KV_POLICIES],
  [WatchDefinition, WATCH_POLICIES],
  [LeaseDefinition, LEASE_POLICIES],
  [ClusterDefinition, CLUSTER_POLICIES],
  [MaintenanceDefinition, MAINTENANCE_POLICIES],
  [AuthDefinition, AUTH_POLICIES],
] as const;

test.each(TABLES)('each method of $fullName has a policy', (service, policies) => {
  expect(Object.keys(policies).sort()).toEqual(Object.keys(service.methods).sort());
});

test('the idempotent calls are those that etcd retries and the login, except for grants and revocations of leases', () => {
  const idempotent = TABLES.flatMap(([service, policies]) =>
    Object.entries(policies)
      .filter(([, policy]) => policy === 'idempotent')
      .map(([method]) => `${service.name}/${method}`),
  );
  // The calls with `withRepeatablePolicy` in client/v3/retry.go of v3.7.1. A lease that is granted twice would be leaked once.
  expect(idempotent).toEqual([
    'KV/range',
    'Lease/leaseTimeToLive',
    'Lease/leaseLeases',
    'Cluster/memberList',
    'Maintenance/alarm',
    'Maintenance/status',
    'Maintenance/hash',
    'Maintenance/hashKV',
    'Maintenance/snapshot',
    'Maintenance/moveLeader',
    'Auth/authenticate',
    'Auth/userGet',
    'Auth/userList',
    'Auth/roleGet',
    'Auth/roleList',
  ]);
});

const failure = (code: RpcCode, details: string, mayBeProcessed = true) =>
  new AttemptError({ code, details, isUnprocessed: !mayBeProcessed }, 'a:1');

test.each<[string, AttemptError, RetryPolicy, number, boolean]>([
  ['a read, server unavailable', failure('Unavailable', 'etcdserver: no leader'), 'idempotent', 1, true],
  [
    'a write, server unavailable',
    failure('Unavailable', 'etcdserver: leader changed'),
    'only-if-unprocessed',
    3,
    false,
  ],
  [
    'a write, connection lost',
    failure('Unavailable', connectionLost('EOF').details),
    'only-if-unprocessed',
    3,
    false,
  ],
  [
    'a write that was not sent',
    failure('Unavailable', 'No connection established', false),
    'only-if-unprocessed',
    1,
    true,
  ],
  ['a read, wrong', failure('InvalidArgument', 'etcdserver: key is not provided'), 'idempotent', 3, false],
  ['a read, too late', failure('DeadlineExceeded', 'Deadline exceeded', false), 'idempotent', 3, false],
  [
    'a write at a learner',
    failure('FailedPrecondition', 'etcdserver: rpc not supported for learner'),
    'only-if-unprocessed',
    3,
    true,
  ],
  [
    'a write at the only learner',
    failure('FailedPrecondition', 'etcdserver: rpc not supported for learner'),
    'only-if-unprocessed',
    1,
    false,
  ],
])('whether a call may be repeated: %s', (_name, failed, policy, endpoints, expected) => {
  expect(mayRetry(failed, policy, endpoints)).toBe(expected);
});
