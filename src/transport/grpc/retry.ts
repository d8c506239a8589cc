import { type CallFailure, isLearnerRefusal } from './status.js';

/**
 * Which calls may be made twice (etcd client/v3/retry.go). `repeatable`: reads, and changes that change nothing the second time;
 * they go to the next endpoint when a server is unavailable. `once`: a repetition could do the thing twice, so only a request
 * that never left this process is made again. `never`: as `once`, and a refused token is final, too.
 */
export type RetryPolicy = 'repeatable' | 'once' | 'never';

const POLICIES: Readonly<Record<string, RetryPolicy>> = {
  '/etcdserverpb.KV/Range': 'repeatable',
  '/etcdserverpb.KV/RangeStream': 'never',
  '/etcdserverpb.KV/Put': 'once',
  '/etcdserverpb.KV/DeleteRange': 'once',
  '/etcdserverpb.KV/Txn': 'once',
  '/etcdserverpb.KV/Compact': 'once',
  '/etcdserverpb.Lease/LeaseGrant': 'once',
  '/etcdserverpb.Lease/LeaseRevoke': 'once',
  '/etcdserverpb.Lease/LeaseTimeToLive': 'repeatable',
  '/etcdserverpb.Lease/LeaseLeases': 'repeatable',
  '/etcdserverpb.Cluster/MemberAdd': 'once',
  '/etcdserverpb.Cluster/MemberRemove': 'once',
  '/etcdserverpb.Cluster/MemberUpdate': 'once',
  '/etcdserverpb.Cluster/MemberList': 'repeatable',
  '/etcdserverpb.Cluster/MemberPromote': 'once',
  '/etcdserverpb.Maintenance/Alarm': 'repeatable',
  '/etcdserverpb.Maintenance/Status': 'repeatable',
  '/etcdserverpb.Maintenance/Defragment': 'once',
  '/etcdserverpb.Maintenance/Hash': 'repeatable',
  '/etcdserverpb.Maintenance/HashKV': 'repeatable',
  '/etcdserverpb.Maintenance/Snapshot': 'repeatable',
  '/etcdserverpb.Maintenance/MoveLeader': 'repeatable',
  '/etcdserverpb.Maintenance/Downgrade': 'once',
  '/etcdserverpb.Auth/AuthEnable': 'once',
  '/etcdserverpb.Auth/AuthDisable': 'once',
  '/etcdserverpb.Auth/AuthStatus': 'once',
  '/etcdserverpb.Auth/Authenticate': 'once',
  '/etcdserverpb.Auth/UserAdd': 'once',
  '/etcdserverpb.Auth/UserGet': 'repeatable',
  '/etcdserverpb.Auth/UserList': 'repeatable',
  '/etcdserverpb.Auth/UserDelete': 'once',
  '/etcdserverpb.Auth/UserChangePassword': 'once',
  '/etcdserverpb.Auth/UserGrantRole': 'once',
  '/etcdserverpb.Auth/UserRevokeRole': 'once',
  '/etcdserverpb.Auth/RoleAdd': 'once',
  '/etcdserverpb.Auth/RoleGet': 'repeatable',
  '/etcdserverpb.Auth/RoleList': 'repeatable',
  '/etcdserverpb.Auth/RoleDelete': 'once',
  '/etcdserverpb.Auth/RoleGrantPermission': 'once',
  '/etcdserverpb.Auth/RoleRevokePermission': 'once',
};

/** client/v3/options.go `defaultUnaryMaxRetries`. */
export const MAX_ATTEMPTS = 100;

/** client/v3/options.go `defaultBackoffWaitBetween`, without its jitter: one process is no herd. */
const BACKOFF_MS = 25;

export function policyOf(path: string): RetryPolicy {
  return POLICIES[path] ?? 'once';
}

/** Whether the failed attempt may be followed by another one, apart from what a new token would change. */
export function mayRepeat(failure: CallFailure, policy: RetryPolicy, endpointCount: number): boolean {
  if (!failure.wasSent && (failure.code === 'Unavailable' || failure.code === 'Internal')) return true;
  if (isLearnerRefusal(failure) && endpointCount > 1) return true;
  // Nobody here has cancelled the call: it was a proxy or the server. (etcdctl makes writes again, too.)
  return policy === 'repeatable' && (failure.code === 'Unavailable' || failure.code === 'Canceled');
}

/** Time to wait before the attempt (from 1): a quorum of the endpoints is asked without pause. */
export function backoffMs(attempt: number, endpointCount: number): number {
  const quorum = Math.floor(endpointCount / 2) + 1;
  return attempt % quorum === 0 ? BACKOFF_MS : 0;
}
