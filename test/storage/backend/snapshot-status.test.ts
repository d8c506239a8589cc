import { describe, expect, it } from 'vitest';
import { backendHash } from '../../../src/storage/backend/backend-hash.js';
import { type KeyCounting, snapshotStatus } from '../../../src/storage/backend/snapshot-status.js';
import { BoltFile } from '../../../src/storage/bolt/bolt-file.js';
import { latin1, writeDatabase } from '../support/databases.js';
import { expectedOf, SERVER_VERSIONS, snapshotOf } from '../support/fixtures.js';
import { StrictByteSource } from '../support/memory.js';

function statusOf(bytes: Uint8Array, counting: KeyCounting) {
  return snapshotStatus(BoltFile.open(new StrictByteSource(bytes)), { counting });
}

describe('snapshotStatus', () => {
  it.each(SERVER_VERSIONS)('says of a snapshot of etcd %s what etcdutl 3.5 says', async (version) => {
    const { pairs } = expectedOf(version);
    expect(await statusOf(snapshotOf(version), 'pairs')).toMatchObject({
      hash: pairs.hash,
      revision: BigInt(pairs.revision),
      totalKeys: pairs.totalKey,
      totalSizeBytes: pairs.totalSize,
    });
  });

  it.each(SERVER_VERSIONS)('says of a snapshot of etcd %s what etcdutl 3.7 says', async (version) => {
    const { userKeys } = expectedOf(version);
    expect(await statusOf(snapshotOf(version), 'user-keys')).toEqual({
      hash: userKeys.hash,
      revision: BigInt(userKeys.revision),
      totalKeys: userKeys.totalKey,
      totalSizeBytes: userKeys.totalSize,
      storageVersion: userKeys.version,
    });
  });

  it('knows a database without any key', async () => {
    const bytes = writeDatabase({ key: [], meta: [] });
    expect(await statusOf(bytes, 'user-keys')).toMatchObject({
      revision: 0n,
      totalKeys: 0,
      storageVersion: '',
    });
  });

  it.each([
    ['a key that is not a revision', 'rubbish', '', 'invalid revision length: 7'],
    ['a wrong separator', `${'\0'.repeat(8)}-${'\0'.repeat(8)}`, '', 'invalid separator'],
    ['a negative revision', `\x80${'\0'.repeat(7)}_${'\0'.repeat(8)}`, '', 'negative revision'],
    [
      'a record that does not decode',
      `${'\0'.repeat(8)}_${'\0'.repeat(8)}`,
      '\x0a\xff',
      'cannot decode a record',
    ],
  ])('rejects %s', async (_what, key, value, message) => {
    const bytes = writeDatabase({ key: [[key, value]], meta: [] });
    await expect(statusOf(bytes, 'user-keys')).rejects.toThrow(message);
  });

  it('rejects with the reason when the signal aborts', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const bolt = BoltFile.open(new StrictByteSource(snapshotOf('3.7.1')));
    await expect(snapshotStatus(bolt, { counting: 'pairs', signal })).rejects.toThrow('enough');
  });
});

describe('backendHash', () => {
  it('skips the keys of `meta` that differ between members', async () => {
    const hashOf = (index: string) =>
      backendHash(
        BoltFile.open(
          new StrictByteSource(
            writeDatabase({
              meta: [
                ['confState', '{}'],
                ['consistent_index', index],
              ],
            }),
          ),
        ),
      );
    expect(await hashOf('1')).toBe(await hashOf('2'));
    expect(latin1('ÿ')).toEqual(Buffer.of(255));
  });
});
