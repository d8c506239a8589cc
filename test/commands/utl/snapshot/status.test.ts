import { describe, expect, it } from 'vitest';
import { registerSnapshot } from '../../../../src/commands/utl/snapshot/snapshot.js';
import { runSnapshotStatus } from '../../../../src/commands/utl/snapshot/status.js';
import { registerSnapshot as registerV3Snapshot } from '../../../../src/commands/v3/snapshot/snapshot.js';
import { runSnapshotStatus as runV3SnapshotStatus } from '../../../../src/commands/v3/snapshot/status.js';
import { expectedOf, SERVER_VERSIONS } from '../../../storage/support/fixtures.js';
import { fakeContext } from '../../../support/fake-context.js';
import { parseCommand } from '../../../support/parse-command.js';
import { useSnapshotFiles } from '../../../support/snapshot-files.js';

const files = useSnapshotFiles();

describe.each([
  ['etcdutl', registerSnapshot],
  ['etcdctl', registerV3Snapshot],
] as const)('%s snapshot status', (_program, register) => {
  it.each([[[]], [['a', 'b']]])('rejects the arguments %j', (args) => {
    expect(() => parseCommand(register, ['snapshot', 'status', ...args])).toThrow(
      'snapshot status requires exactly one argument',
    );
  });

  it('accepts a path', () => {
    expect(parseCommand(register, ['snapshot', 'status', 'a.db'])).toEqual({ path: 'a.db' });
  });
});

describe('snapshot status', () => {
  it.each(SERVER_VERSIONS)('counts keys as each program does, etcd %s', async (version) => {
    const path = files.snapshot(version);
    const before = files.read(`${version}.db`);
    const { context, emitted } = fakeContext();
    await runSnapshotStatus({ path }, context);
    await runV3SnapshotStatus({ path }, context);
    const { userKeys, pairs } = expectedOf(version);
    const common = {
      hash: pairs.hash,
      revision: BigInt(pairs.revision),
      totalSizeBytes: pairs.totalSize,
    };
    expect(emitted).toEqual([
      {
        kind: 'snapshot-status',
        status: { ...common, totalKeys: userKeys.totalKey, version: userKeys.version },
      },
      { kind: 'snapshot-status', status: { ...common, totalKeys: pairs.totalKey, version: undefined } },
    ]);
    expect(files.read(`${version}.db`).equals(before)).toBe(true);
  });

  it('reports where a file is corrupt', async () => {
    const path = files.write('cut.db', Uint8Array.from({ length: 5000 }));
    const { context, emitted } = fakeContext();
    await expect(runSnapshotStatus({ path }, context)).rejects.toThrow(
      `the file is not an etcd database (no valid meta page) (byte 0 of ${path})`,
    );
    await expect(runSnapshotStatus({ path: files.path('none') }, context)).rejects.toThrow(
      `stat ${files.path('none')}: no such file or directory`,
    );
    expect(emitted).toEqual([]);
  });
});
