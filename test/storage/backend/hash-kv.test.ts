import { describe, expect, it } from 'vitest';
import { hashKv } from '../../../src/storage/backend/hash-kv.js';
import { encodeRevisionKey, type Revision } from '../../../src/storage/backend/revision-key.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { writeDatabase } from '../support/databases.js';
import { expectedOf, SERVER_VERSIONS, snapshotOf } from '../support/fixtures.js';
import { StrictByteSource } from '../support/memory.js';

function hashOf(bytes: Uint8Array, revision: bigint) {
  return hashKv(BoltFile.open(new StrictByteSource(bytes)), { revision });
}

describe('hashKv', () => {
  it.each(SERVER_VERSIONS)(
    'returns the same hashes as etcdutl at every revision of etcd %s',
    async (version) => {
      const bytes = snapshotOf(version);
      const { hashKv: expected, servedHashKv } = expectedOf(version);
      for (const { revision, hash, hashRevision, compactRevision } of expected) {
        expect(await hashOf(bytes, BigInt(revision)), `revision ${revision}`).toEqual({
          hash,
          hashRevision: BigInt(hashRevision),
          compactRevision: BigInt(compactRevision),
        });
      }
      expect(expected.length).toBeGreaterThan(5);
      expect(await hashOf(bytes, 0n)).toMatchObject({ hash: servedHashKv.hash });
    },
  );

  it('rejects compacted and future revisions', async () => {
    const bytes = snapshotOf('3.7.1');
    const { hashKv: expected } = expectedOf('3.7.1');
    const last = Math.max(...expected.map(({ revision }) => revision));
    await expect(hashOf(bytes, 32n)).rejects.toThrow('mvcc: required revision has been compacted');
    await expect(hashOf(bytes, BigInt(last + 1))).rejects.toThrow(
      'mvcc: required revision is a future revision',
    );
  });

  it('hashes an empty store', async () => {
    const expected = { hash: 1084519789, hashRevision: 1n, compactRevision: -1n };
    expect(await hashOf(writeDatabase({ key: [], meta: [] }), 0n)).toEqual(expected);
    expect(await hashOf(writeDatabase({}), 0n)).toEqual(expected);
  });

  it('skips a tombstone at the compacted revision, also when it is the only record', async () => {
    const deletion = latin1Key({ main: 3n, sub: 0n, isTombstone: true });
    const compacted = latin1Key({ main: 3n, sub: 0n, isTombstone: false });
    const bytes = writeDatabase({
      key: [[deletion, '\n\x01a']],
      meta: [['finishedCompactRev', compacted]],
    });
    expect(await hashOf(bytes, 0n)).toEqual({
      hash: 1084519789,
      hashRevision: 3n,
      compactRevision: 3n,
    });
  });
});

function latin1Key(revision: Revision): string {
  return Buffer.from(encodeRevisionKey(revision)).toString('latin1');
}
