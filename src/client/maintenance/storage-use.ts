import type { CallOptions } from '../../model/services.js';
import type { HealthWait, MemberState } from './cluster-health.js';
import { type ConnectedMember, hasClient } from './connected-members.js';

/** A member and the limit of its database. */
export interface StorageUse {
  readonly member: ConnectedMember;
  readonly sizeBytes: bigint;
  readonly inUseBytes: bigint;
  /** `undefined`: unknown, or without limit. */
  readonly quotaBytes: bigint | undefined;
}

/** The database sizes of the members. Servers before etcd 3.6 tell their quota only in their metrics. */
export async function storageUseOf(
  states: readonly MemberState[],
  fetchMetrics: (endpoint: string) => Promise<string>,
): Promise<StorageUse[]> {
  return Promise.all(
    states.map(async ({ member, status }) => ({
      member,
      sizeBytes: status.dbSize,
      inUseBytes: status.dbSizeInUse,
      quotaBytes: limit(status.dbSizeQuota || (await quotaInMetrics(member.endpoint, fetchMetrics))),
    })),
  );
}

/** A negative quota means none. */
function limit(quotaBytes: bigint | undefined): bigint | undefined {
  return quotaBytes !== undefined && quotaBytes > 0n ? quotaBytes : undefined;
}

async function quotaInMetrics(
  endpoint: string,
  fetchMetrics: (endpoint: string) => Promise<string>,
): Promise<bigint | undefined> {
  const metrics = await fetchMetrics(endpoint).catch(() => '');
  const [, value] = /^etcd_server_quota_backend_bytes (\S+)$/m.exec(metrics) ?? [];
  return value === undefined ? undefined : BigInt(Math.trunc(Number(value)));
}

/** Of the quota. */
const FULL_PERCENT = 95n;

/** Whether an alarm that is disarmed would soon be raised again. */
export function isAtQuota({ sizeBytes, quotaBytes }: Pick<StorageUse, 'sizeBytes' | 'quotaBytes'>): boolean {
  return quotaBytes !== undefined && sizeBytes * 100n >= quotaBytes * FULL_PERCENT;
}

const POLL_EVERY_MS = 250;
/** A compaction removes revisions in batches, which a member commits several times a second. */
const UNCHANGED_POLLS = 4;
const MAX_POLLS = 240;

/**
 * Waits while compacted revisions are being removed: until what is in use has not shrunk for a second on any member, or for a minute. A
 * physical compaction ends when the member that was asked is done; the others can need longer.
 */
export async function awaitCompaction(
  members: readonly ConnectedMember[],
  { clock, signal }: Pick<HealthWait, 'clock' | 'signal'>,
): Promise<void> {
  let last: bigint | undefined;
  let unchanged = 0;
  for (let polls = 0; unchanged < UNCHANGED_POLLS && polls < MAX_POLLS; polls++) {
    const inUse = await bytesInUse(members, { signal });
    unchanged = last !== undefined && inUse >= last ? unchanged + 1 : 0;
    last = inUse;
    await clock.sleep(POLL_EVERY_MS, signal);
  }
}

async function bytesInUse(members: readonly ConnectedMember[], call: CallOptions): Promise<bigint> {
  const statuses = await Promise.all(
    members.filter(hasClient).map(({ client }) => client.maintenance.status({}, call)),
  );
  return statuses.reduce((sum, { dbSizeInUse }) => sum + dbSizeInUse, 0n);
}
