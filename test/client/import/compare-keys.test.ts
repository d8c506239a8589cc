import { describe, expect, it } from 'vitest';
import { plannedChanges } from '../../../src/client/import/planned-changes.js';
import { ServerError } from '../../../src/model/errors.js';
import type { TxnRequest } from '../../../src/model/messages/kv.js';

describe('the comparison of an import with the cluster', () => {
  it('is made in halves when the server allows fewer operations in a transaction', async () => {
    const lengths: number[] = [];
    const txn = async ({ success }: TxnRequest) => {
      lengths.push(success.length);
      if (success.length > 2) {
        throw new ServerError('etcdserver: too many operations in txn request', 'InvalidArgument');
      }
      return { responses: success.map(() => ({})) } as never;
    };
    const kv = async () => ({ txn }) as never;
    const puts = ['a', 'b', 'c', 'd', 'e'].map((key) => ({
      key: Buffer.from(key),
      value: Buffer.of(),
      hasLease: false,
    }));
    const changes = await plannedChanges({ bounded: kv, unbounded: kv }, puts, new AbortController().signal);
    expect(changes).toEqual(['new', 'new', 'new', 'new', 'new']);
    expect(lengths).toEqual([5, 3, 2, 1, 2]);
  });
});
