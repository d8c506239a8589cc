import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/model/errors.js';
import { verifySnapshot } from '../../../src/storage/snapshot/verify.js';
import { writeDatabase } from '../support/databases.js';
import { expectedOf, SERVER_VERSIONS, snapshotOf } from '../support/fixtures.js';
import { StrictByteSource } from '../support/memory.js';

function verify(bytes: Uint8Array) {
  return verifySnapshot(new StrictByteSource(bytes));
}

describe('verifySnapshot', () => {
  it.each(SERVER_VERSIONS)('accepts a snapshot of etcd %s', async (version) => {
    const snapshot = snapshotOf(version);
    const { totalKey, totalSize } = expectedOf(version).pairs;
    const expected = { bucketCount: 10, recordCount: totalKey, databaseBytes: totalSize };
    expect(await verify(snapshot)).toEqual({ checksum: 'good', ...expected });
    expect(await verify(snapshot.slice(0, -32))).toEqual({ checksum: 'missing', ...expected });
  });

  it('fails with an error for a file truncated at any offset', async () => {
    const snapshot = snapshotOf('3.7.1');
    const { totalSize } = expectedOf('3.7.1').pairs;
    // Every offset of the metas and of the first pages, then every 61st.
    for (let length = 0; length < totalSize; length += length < 9000 ? 1 : 61) {
      await expect(verify(snapshot.subarray(0, length)), `${length} bytes`).rejects.toBeInstanceOf(Failure);
    }
  }, 60_000);

  it('detects every flipped bit by the trailer', async () => {
    const snapshot = snapshotOf('3.7.1');
    for (let offset = 0; offset < snapshot.length; offset += 331) {
      const damaged = Uint8Array.from(snapshot);
      damaged[offset] = (damaged[offset] ?? 0) ^ (1 << (offset % 8));
      await expect(verify(damaged), `offset ${offset}`).rejects.toThrow(
        'the SHA-256 at the end of the file is',
      );
    }
  }, 60_000);

  it('reports a record that does not decode, with its bucket and offset', async () => {
    const bytes = writeDatabase({ key: [], lease: [['12345678', '\xff']], meta: [] });
    await expect(verify(bytes)).rejects.toMatchObject({
      message: expect.stringContaining('cannot decode a record of the bucket "lease"'),
      offset: expect.any(Number),
    });
  });

  it('reports a missing bucket that a server needs', async () => {
    await expect(verify(writeDatabase({ key: [] }))).rejects.toThrow('the bucket "meta" is missing');
  });
});
