import type {
  AuthDefinition,
  ClusterDefinition,
  KvDefinition,
  LeaseDefinition,
  MaintenanceDefinition,
  WatchDefinition,
} from '../../wire/etcdserver.js';
import { type AttemptError, isUnsupportedByLearner } from './status.js';

/**
 * Which calls may be retried (etcd client/v3/retry.go).
 * - `idempotent` (there `repeatable`): reads, and writes that have no effect when repeated. They are retried on the next endpoint when a
 *   server is unavailable.
 * - `only-if-unprocessed` (there `nonRepeatable`): a second execution could have a second effect. The call is retried only when the
 *   server certainly has not processed the request: there was no connection, GOAWAY had a lower last stream ID, RST_STREAM had the code
 *   REFUSED_STREAM, or a learner rejected it.
 */
export type RetryPolicy = 'idempotent' | 'only-if-unprocessed';

/** A policy for each method of a service; a missing or misspelled one is a compile error. */
type PoliciesOf<Service extends { readonly methods: object }> = Readonly<
  Record<keyof Service['methods'], RetryPolicy>
>;

export const KV_POLICIES: PoliciesOf<typeof KvDefinition> = {
  range: 'idempotent',
  rangeStream: 'only-if-unprocessed',
  put: 'only-if-unprocessed',
  deleteRange: 'only-if-unprocessed',
  txn: 'only-if-unprocessed',
  compact: 'only-if-unprocessed',
};

/** Not used for retries: bidirectional streams are attempted once, because the caller must know when the server changes. */
export const WATCH_POLICIES: PoliciesOf<typeof WatchDefinition> = {
  watch: 'only-if-unprocessed',
};

/**
 * In etcd's client `leaseGrant`, `leaseRevoke` and `leaseKeepAlive` are repeatable too. Here they are not: a repeated grant would leave a
 * lease behind, a repeated revocation would fail because the lease is gone, and `leaseKeepAlive` is a bidirectional stream.
 */
export const LEASE_POLICIES: PoliciesOf<typeof LeaseDefinition> = {
  leaseGrant: 'only-if-unprocessed',
  leaseRevoke: 'only-if-unprocessed',
  leaseKeepAlive: 'only-if-unprocessed',
  leaseTimeToLive: 'idempotent',
  leaseLeases: 'idempotent',
};

export const CLUSTER_POLICIES: PoliciesOf<typeof ClusterDefinition> = {
  memberAdd: 'only-if-unprocessed',
  memberRemove: 'only-if-unprocessed',
  memberUpdate: 'only-if-unprocessed',
  memberList: 'idempotent',
  memberPromote: 'only-if-unprocessed',
};

export const MAINTENANCE_POLICIES: PoliciesOf<typeof MaintenanceDefinition> = {
  alarm: 'idempotent',
  status: 'idempotent',
  defragment: 'only-if-unprocessed',
  hash: 'idempotent',
  hashKV: 'idempotent',
  snapshot: 'idempotent',
  moveLeader: 'idempotent',
  downgrade: 'only-if-unprocessed',
};

/** A login can be repeated: it makes one more token. (In etcd's client it is not repeatable.) */
export const AUTH_POLICIES: PoliciesOf<typeof AuthDefinition> = {
  authEnable: 'only-if-unprocessed',
  authDisable: 'only-if-unprocessed',
  authStatus: 'only-if-unprocessed',
  authenticate: 'idempotent',
  userAdd: 'only-if-unprocessed',
  userGet: 'idempotent',
  userList: 'idempotent',
  userDelete: 'only-if-unprocessed',
  userChangePassword: 'only-if-unprocessed',
  userGrantRole: 'only-if-unprocessed',
  userRevokeRole: 'only-if-unprocessed',
  roleAdd: 'only-if-unprocessed',
  roleGet: 'idempotent',
  roleList: 'idempotent',
  roleDelete: 'only-if-unprocessed',
  roleGrantPermission: 'only-if-unprocessed',
  roleRevokePermission: 'only-if-unprocessed',
};

/** client/v3/options.go `defaultUnaryMaxRetries`. */
export const MAX_ATTEMPTS = 100;

/** client/v3/options.go `defaultBackoffWaitBetween`, without its jitter, which only matters for many clients at once. */
const BACKOFF_MS = 25;

/** Whether the call may be attempted again with the same token. */
export function mayRetry(failure: AttemptError, policy: RetryPolicy, endpointCount: number): boolean {
  // For either policy. etcd's client takes no other code for transient (client/v3/client.go `isHaltErr`).
  if (!failure.mayBeProcessed && (failure.code === 'Unavailable' || failure.code === 'Internal')) return true;
  if (isUnsupportedByLearner(failure) && endpointCount > 1) return true;
  // Canceled comes from a proxy or the server here, not from the caller. (etcdctl also retries writes.)
  return policy === 'idempotent' && (failure.code === 'Unavailable' || failure.code === 'Canceled');
}

/** Time to wait after the attempt (from 1): none until a quorum of the endpoints has been tried. */
export function backoffMs(attempt: number, endpointCount: number): number {
  const quorum = Math.floor(endpointCount / 2) + 1;
  return attempt % quorum === 0 ? BACKOFF_MS : 0;
}
