import { describe, expect, it } from 'vitest';
import { LeaseGrants } from '../../../src/client/import/lease-grants.js';
import { MAX_KNOWN_LEASES } from '../../../src/storage/export/format.js';

function fakeGrants() {
  const clock = { now: 0n };
  let last = 100n;
  const service = {
    leaseGrant: async ({ ttl }: { ttl: bigint }) => ({ id: ++last, ttl, error: '' }) as never,
  };
  const grants = new LeaseGrants({ service, signal: new AbortController().signal, now: () => clock.now });
  return { grants, clock };
}

const lease = (id: bigint, grantedTtl = 60n) => ({ id, grantedTtl, ttl: 1n });

describe('the lease that stands for a lease of an export', () => {
  it('is granted again after half of its time to live', async () => {
    const { grants, clock } = fakeGrants();
    grants.announce(lease(1n));
    const ids: bigint[] = [];
    for (const seconds of [0n, 29n, 30n, 59n, 60n]) {
      clock.now = seconds * 1_000_000_000n;
      ids.push(await grants.standIn(1n));
    }
    expect(ids).toEqual([101n, 101n, 102n, 102n, 103n]);
    expect(grants.granted).toBe(3);
  });

  it('stays when the file names its lease again, unless the time to live differs', async () => {
    const { grants } = fakeGrants();
    const ids: bigint[] = [];
    for (const ttl of [60n, 60n, 61n]) {
      grants.announce(lease(1n, ttl));
      ids.push(await grants.standIn(1n));
    }
    expect(ids).toEqual([101n, 101n, 102n]);
  });

  it('is known while the writer of the export knows its lease', () => {
    const { grants } = fakeGrants();
    for (let id = 1; id <= MAX_KNOWN_LEASES; id++) grants.announce(lease(BigInt(id)));
    // The leases of a slice are written before its first key, which can have the oldest lease.
    for (let id = 1; id <= 128; id++) grants.announce(lease(BigInt(MAX_KNOWN_LEASES + id)));
    expect(grants.ttlOf(1n)).toBe(60n);
    grants.announce(lease(1n));
    for (let id = 1; id < 2 * MAX_KNOWN_LEASES; id++) grants.announce(lease(BigInt(1_000_000 + id)));
    expect([grants.ttlOf(1n), grants.ttlOf(2n)]).toEqual([60n, undefined]);
  });
});
