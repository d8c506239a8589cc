import { expect, test } from 'vitest';
import {
  AUTH_POLICIES,
  CLUSTER_POLICIES,
  KV_POLICIES,
  LEASE_POLICIES,
  MAINTENANCE_POLICIES,
  WATCH_POLICIES,
} from '../../../src/transport/grpc/retry.js';
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

test('the idempotent calls are those that etcd retries, except for grants and revocations of leases', () => {
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
    'Auth/userGet',
    'Auth/userList',
    'Auth/roleGet',
    'Auth/roleList',
  ]);
});
