import { describe, expect, it } from 'vitest';
import { registerHashKv, runHashKv } from '../../../src/commands/utl/hashkv.js';
import { expectedOf } from '../../storage/support/fixtures.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();

describe('hashkv of a file', () => {
  it.each([[[]], [['a', 'b']]])('rejects the arguments %j', (args) => {
    const message = `accepts 1 arg(s), received ${args.length}`;
    expect(() => parseCommand(registerHashKv, ['hashkv', ...args])).toThrow(
      expect.objectContaining({ message, kind: 'flag' }),
    );
  });

  it('accepts a revision', () => {
    expect(parseCommand(registerHashKv, ['hashkv', 'a.db'])).toEqual({ path: 'a.db', revision: 0n });
    expect(parseCommand(registerHashKv, ['hashkv', 'a.db', '--rev=-3'])).toEqual({
      path: 'a.db',
      revision: -3n,
    });
  });

  it('equals the hash of etcdutl, and does not modify the file', async () => {
    const path = files.snapshot();
    const before = files.read('3.7.1.db');
    const { hashKv } = expectedOf('3.7.1');
    expect(hashKv.length).toBeGreaterThan(5);
    for (const { revision, hash, hashRevision, compactRevision } of hashKv) {
      const { context, emitted } = fakeContext();
      await runHashKv({ path, revision: BigInt(revision) }, context);
      expect(emitted).toEqual([
        {
          kind: 'file-hashkv',
          hashKv: {
            hash,
            hashRevision: BigInt(hashRevision),
            compactRevision: BigInt(compactRevision),
          },
        },
      ]);
    }
    expect(files.read('3.7.1.db').equals(before)).toBe(true);
  });

  it.each([
    [5n, 'mvcc: required revision has been compacted'],
    [500n, 'mvcc: required revision is a future revision'],
  ])('rejects revision %s', async (revision, message) => {
    const { context } = fakeContext();
    await expect(runHashKv({ path: files.snapshot(), revision }, context)).rejects.toThrow(message);
  });
});
