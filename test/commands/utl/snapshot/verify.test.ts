import { describe, expect, it } from 'vitest';
import { runSnapshotVerify } from '../../../../src/commands/files/snapshot-verify.js';
import { registerSnapshot } from '../../../../src/commands/utl/snapshot/snapshot.js';
import { registerSnapshot as registerV3Snapshot } from '../../../../src/commands/v3/snapshot/snapshot.js';
import { snapshotOf } from '../../../storage/support/fixtures.js';
import { fakeContext } from '../../../support/fake-context.js';
import { parseCommand } from '../../../support/parse-command.js';
import { useSnapshotFiles } from '../../../support/snapshot-files.js';

const files = useSnapshotFiles();

describe.each([
  ['etcdutl', registerSnapshot],
  ['etcdctl', registerV3Snapshot],
] as const)('%s snapshot verify', (_program, register) => {
  it('accepts one path', () => {
    expect(parseCommand(register, ['snapshot', 'verify', 'a.db'])).toEqual({ path: 'a.db' });
    for (const args of [[], ['a', 'b']]) {
      expect(() => parseCommand(register, ['snapshot', 'verify', ...args])).toThrow(
        'snapshot verify requires exactly one argument',
      );
    }
  });
});

describe('snapshot verify', () => {
  it('accepts a saved snapshot and a copied database', async () => {
    const { context, emitted } = fakeContext();
    const copy = files.write('copy.db', snapshotOf('3.6.14').subarray(0, -32));
    for (const path of [files.snapshot('3.7.1'), copy]) await runSnapshotVerify({ path }, context);
    const counts = { buckets: 10, records: 96, databaseBytes: 53_248 };
    expect(emitted).toEqual([
      { kind: 'snapshot-verified', snapshot: { path: files.path('3.7.1.db'), checksum: 'good', ...counts } },
      {
        kind: 'snapshot-verified',
        snapshot: { path: copy, checksum: 'missing', ...counts },
      },
    ]);
  });

  it('reports what is corrupt and where', async () => {
    const { context, emitted } = fakeContext();
    const bytes = Uint8Array.from(snapshotOf('3.7.1'));
    bytes[20_000] = (bytes[20_000] ?? 0) ^ 1;
    const path = files.write('flipped.db', bytes);
    await expect(runSnapshotVerify({ path }, context)).rejects.toThrow(
      /^the SHA-256 at the end of the file is [0-9a-f]{64}, but that of the contents is [0-9a-f]{64} \(byte 53248 of .*flipped\.db\)$/,
    );
    expect(emitted).toEqual([]);
  });
});
