import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  runSnapshotRestore,
  type SnapshotRestoreOptions,
} from '../../../../src/commands/files/snapshot-restore.js';
import { registerSnapshot } from '../../../../src/commands/utl/snapshot/snapshot.js';
import { registerSnapshot as registerV3Snapshot } from '../../../../src/commands/v3/snapshot/snapshot.js';
import { fakeContext } from '../../../support/fake-context.js';
import { parseCommand } from '../../../support/parse-command.js';
import { useSnapshotFiles } from '../../../support/snapshot-files.js';

const files = useSnapshotFiles();

const DEFAULTS: SnapshotRestoreOptions = {
  snapshotPath: 'a.db',
  dataDirectory: 'default.etcd',
  walDirectory: undefined,
  name: 'default',
  initialCluster: 'default=http://localhost:2380',
  clusterToken: 'etcd-cluster',
  advertisedUrls: ['http://localhost:2380'],
  skipHashCheck: false,
  revisionBump: 0n,
  targetVersion: undefined,
  local: undefined,
};

describe.each([
  ['etcdutl', registerSnapshot],
  ['etcdctl', registerV3Snapshot],
] as const)('%s snapshot restore, parsed', (_program, register) => {
  const parse = (...args: string[]) => parseCommand(register, ['snapshot', 'restore', ...args]);

  it('has the defaults of etcdutl', () => {
    expect(parse('a.db')).toEqual(DEFAULTS);
    expect(parse('a.db', '--name=m1')).toEqual({ ...DEFAULTS, name: 'm1', dataDirectory: 'm1.etcd' });
  });

  it('accepts every flag', () => {
    const args = [
      ...['--data-dir=d', '--wal-dir=w', '--name=m', '--initial-cluster=m=http://a:1,n=http://b:1'],
      ...['--initial-cluster-token=t', '--initial-advertise-peer-urls=http://a:1,http://a:2'],
      ...['--skip-hash-check', '--bump-revision=18446744073709551615', '--mark-compacted'],
      ...['--target-version=3.5', '--initial-memory-map-size=1'],
    ];
    expect(parse('a.db', ...args)).toEqual({
      snapshotPath: 'a.db',
      dataDirectory: 'd',
      walDirectory: 'w',
      name: 'm',
      initialCluster: 'm=http://a:1,n=http://b:1',
      clusterToken: 't',
      advertisedUrls: ['http://a:1', 'http://a:2'],
      skipHashCheck: true,
      revisionBump: 2n ** 64n - 1n,
      targetVersion: { major: 3, minor: 5 },
    });
  });

  it.each([
    [[], 'snapshot restore requires exactly one argument'],
    [['a', 'b'], 'snapshot restore requires exactly one argument'],
    [['a', '--bump-revision=5'], '--mark-compacted required if --revision-bump > 0'],
    [['a', '--mark-compacted'], '--mark-compacted required if --revision-bump > 0'],
    [['a', '--target-version=3.3'], 'target version "3.3" not supported. Minimal "3.4"'],
    [['a', '--target-version=3.5.0'], 'wrong target version format, expected "X.Y", got "3.5.0"'],
  ])('rejects %j', (args, message) => {
    expect(() => parse(...args)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });
});

describe('snapshot restore', () => {
  async function restore(changes: Partial<SnapshotRestoreOptions>) {
    const fake = fakeContext();
    const options = { ...DEFAULTS, snapshotPath: files.snapshot(), dataDirectory: files.path('data') };
    const failure = await runSnapshotRestore({ ...options, ...changes }, fake.context).then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { ...fake, failure };
  }

  it('creates a data directory, and prints the member', async () => {
    const { failure, emitted, lines } = await restore({});
    expect(failure).toBeUndefined();
    expect(emitted).toEqual([]);
    expect(lines).toEqual([
      'added member 8e9e05c52164694d (default): http://localhost:2380',
      `restored snapshot ${files.path('3.7.1.db')} to ${files.path('data')}: member 8e9e05c52164694d of cluster cdf818194e3a8c32`,
    ]);
    expect(readdirSync(files.path('data/member')).sort()).toEqual(['snap', 'wal']);
  });

  it('accepts URLs that resolve to the same address', async () => {
    const cluster = 'default=http://127.0.0.1:2380';
    expect(
      (await restore({ initialCluster: cluster, advertisedUrls: ['http://127.0.0.1:2380'] })).failure,
    ).toBe(undefined);
  });

  it.each([
    [{ name: 'x' }, `couldn't find local name "x" in the initial cluster configuration`],
    [
      { advertisedUrls: ['http://localhost:2380', 'http://localhost:2381'] },
      '--initial-advertise-peer-urls has http://localhost:2381 but missing from ' +
        '--initial-cluster=default=http://localhost:2380,default=http://localhost:2381',
    ],
    [{ advertisedUrls: [''] }, 'URL scheme must be http, https, unix, or unixs: '],
    [
      { initialCluster: 'default=http://localhost:2380,b=http://localhost:2380' },
      'initial cluster b=http://localhost:2380,default=http://localhost:2380 has duplicate url',
    ],
  ])('rejects %j', async (changes, message) => {
    expect((await restore(changes)).failure).toBe(message);
    expect(existsSync(files.path('data'))).toBe(false);
  });

  it('rejects directories that exist', async () => {
    mkdirSync(files.path('data/member'), { recursive: true });
    const { failure } = await restore({});
    expect(failure).toBe(`data-dir "${files.path('data')}" not empty or could not be read`);
  });
});
