import { describe, expect, it } from 'vitest';
import { defragmentationTimeoutMs } from '../../../../src/client/maintenance/rolling-defragmentation.js';
import type { RollingDefragOptions } from '../../../../src/commands/v3/defrag/rolling.js';
import { registerDefrag, runDefrag } from '../../../../src/commands/v3/defrag.js';
import { ServerError, UsageError } from '../../../../src/model/errors.js';
import type { OutputFormat } from '../../../../src/printers/printer.js';
import { FakeCluster } from '../../../support/fake-cluster.js';
import { fakeContext } from '../../../support/fake-context.js';
import { parseCommand } from '../../../support/parse-command.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

interface Settings extends Partial<RollingDefragOptions> {
  readonly endpoints?: readonly string[];
  readonly wholeCluster?: boolean;
  readonly format?: OutputFormat;
}

/** Runs `defrag --rolling` on the cluster; by default on the endpoints of all members. */
async function roll(cluster: FakeCluster, settings: Settings = {}) {
  const { endpoints = cluster.endpoints, format = 'simple', wholeCluster = false, ...given } = settings;
  const fake = fakeContext({ endpoints, format, clock: new VirtualClock(), connect: cluster.connect });
  const rolling = { isDryRun: false, movesLeader: false, minReclaimBytes: 0n, healthTimeoutMs: 0, ...given };
  const options = { wholeCluster, dataDirectory: undefined, rolling };
  const failure = await runDefrag(options, fake.context).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { ...fake, failure: failure as { message: string; reasons: readonly string[] } | undefined };
}

describe('the flags of defrag --rolling', () => {
  const parse = (...flags: string[]) => parseCommand(registerDefrag, ['defrag', ...flags]);

  it('are read', () => {
    expect(parse('--rolling', '--min-reclaim=1.5MiB', '--move-leader', '--health-timeout=2s')).toMatchObject({
      rolling: { isDryRun: false, movesLeader: true, minReclaimBytes: 1_572_864n, healthTimeoutMs: 2000 },
    });
  });

  it.each(['--dry-run', '--move-leader', '--min-reclaim=1MB', '--health-timeout=1s'])(
    'have no meaning without --rolling: %s',
    (flag) => {
      expect(() => parse(flag)).toThrow(new UsageError(`${flag.split('=')[0]} needs --rolling`));
    },
  );

  it.each(['x', '-1', '1MBB', '1 MB x', 'MB', '0x10', '1i'])('have a size: not %s', (size) => {
    expect(() => parse('--rolling', `--min-reclaim=${size}`)).toThrow(
      /^invalid argument ".*" for "--min-reclaim" flag$/,
    );
  });

  it('contradict --data-dir', () => {
    expect(() => parse('--rolling', '--data-dir=d')).toThrow(
      '--rolling and --data-dir cannot be used together',
    );
  });
});

it('the timeout of a defragmentation grows with the file', () => {
  expect(defragmentationTimeoutMs(0n)).toBe(30_000);
  expect(defragmentationTimeoutMs(2_000_000_000n)).toBe(150_000);
});

describe('defrag --rolling', () => {
  it('defragments followers, then the leader', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    cluster.leader = 2n;
    const { failure, emitted } = await roll(cluster);
    expect(failure).toBeUndefined();
    expect(cluster.log).toEqual(['defragment m1', 'defragment m3', 'defragment m2 (leader)']);
    expect(emitted[0]).toEqual({
      kind: 'text',
      text: 'Finished defragmenting etcd member[m1:2379]. took 0s\nm1: 100 MB before, 40 MB now\n',
    });
  });

  it('moves the leadership to a member that is done, if asked', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    await roll(cluster, { movesLeader: true });
    expect(cluster.log.slice(2)).toEqual(['move the leadership from 1 to 2', 'defragment m1']);
    const alone = new FakeCluster('m1');
    const { failure } = await roll(alone, { movesLeader: true });
    expect(failure?.reasons[0]).toMatch(/only voting member/);
    expect(alone.log).toEqual([]);
  });

  it('takes the leader of the moment for the last', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    cluster.onCall = (name) => {
      if (name === 'defragment') cluster.leader = 3n;
    };
    await roll(cluster);
    expect(cluster.log).toEqual(['defragment m2', 'defragment m1', 'defragment m3 (leader)']);
  });

  it.each([
    ['', false],
    [' and to log in', true],
  ])(
    'skips members that would free too little, and learners, which refuse to defragment%s',
    async (_, hasAuth) => {
      const cluster = new FakeCluster('m1', 'm2', 'm3');
      cluster.hasAuth = hasAuth;
      cluster.member('m2').dbSizeInUse = 90_000_000n;
      Object.assign(cluster.member('m3'), { isLearner: true });
      const { emitted, failure } = await roll(cluster, { minReclaimBytes: 20_000_000n, format: 'json' });
      expect(failure).toBeUndefined();
      expect(cluster.log).toEqual(['defragment m1 (leader)']);
      expect(emitted).toMatchObject([
        {
          kind: 'defrag-rolling',
          report: {
            members: [
              { name: 'm3', state: 'skipped', reason: 'etcd does not defragment learners' },
              { name: 'm2', state: 'skipped', reason: 'too little to gain' },
              { name: 'm1', state: 'defragmented', newSizeBytes: 40_000_000n },
            ],
          },
        },
      ]);
    },
  );

  it('defragments the members of the endpoints only, each once, and checks all', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    Object.assign(cluster.member('m2'), { clientUrls: ['m2:2379', 'm2.example:2379'] });
    await roll(cluster, { endpoints: ['m2.example:2379', 'm2:2379'] });
    expect(cluster.log).toEqual(['defragment m2']);
    await roll(cluster, { endpoints: ['m2:2379'], wholeCluster: true });
    expect(cluster.log).toHaveLength(4);
    cluster.member('m3').isDown = true;
    const { failure } = await roll(cluster, { endpoints: ['m2:2379'] });
    expect(failure?.reasons).toEqual(['m3 (m3:2379): context deadline exceeded']);
    expect(cluster.log).toHaveLength(4);
  });

  it('prints a plan with --dry-run', async () => {
    const cluster = new FakeCluster('m1', 'm2');
    const { emitted } = await roll(cluster, { isDryRun: true });
    expect(cluster.log).toEqual([]);
    expect(emitted).toMatchObject([
      {
        report: {
          isDryRun: true,
          members: [
            { name: 'm2', state: 'planned' },
            { name: 'm1', role: 'leader' },
          ],
        },
      },
    ]);
  });

  it('refuses a format that lacks its result before it asks a server', async () => {
    const { context } = fakeContext({ format: 'protobuf' });
    const rolling = { isDryRun: false, movesLeader: false, minReclaimBytes: 0n, healthTimeoutMs: 0 };
    const run = runDefrag({ wholeCluster: false, dataDirectory: undefined, rolling }, context);
    await expect(run).rejects.toThrow('protobuf not supported as output format');
  });
});

describe('defrag --rolling touches nothing', () => {
  it.each<[string, (cluster: FakeCluster) => void, RegExp]>([
    [
      'a member is down',
      (cluster) => Object.assign(cluster.member('m3'), { isDown: true }),
      /does not answer/,
    ],
    ['there is no leader', (cluster) => Object.assign(cluster, { leader: 0n }), /agree on a leader/],
    [
      'a member is behind',
      (cluster) => Object.assign(cluster.member('m2'), { lag: 1001n }),
      /1001 entries behind/,
    ],
    [
      'there is a CORRUPT alarm',
      (cluster) => Object.assign(cluster, { alarms: [{ memberId: 3n, alarm: 2 }] }),
      /m3 .*CORRUPT/,
    ],
    [
      'the members cannot be listed',
      (cluster) => {
        cluster.onCall = (name) => {
          if (name === 'memberList')
            throw new ServerError('etcdserver: leader changed', 'Unavailable', { reasons: ['why'] });
        };
      },
      /why/,
    ],
    [
      'the user lacks the role root',
      (cluster) => {
        cluster.onCall = (name) => {
          if (name === 'status') throw new ServerError('etcdserver: permission denied', 'PermissionDenied');
        };
      },
      /^m1:2379 refuses the user: etcdserver: permission denied\n.*\n.*\nthe user lacks the role root: give --user /,
    ],
    [
      'an endpoint is of another cluster',
      (cluster) => Object.assign(cluster.member('m3'), { clusterId: 78n }),
      /m3:2379 is not a member/,
    ],
  ])('when %s', async (_, break_, reason) => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    break_(cluster);
    const { failure } = await roll(cluster);
    expect(failure?.message).toMatch(/^nothing was defragmented, because /);
    expect(failure?.reasons.join('\n')).toMatch(reason);
    expect(cluster.log).toEqual([]);
  });

  it('when the cluster refuses the user', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    cluster.onCall = (name) => {
      if (name === 'status') throw new ServerError('etcdserver: user name not found', 'FailedPrecondition');
    };
    const { failure } = await roll(cluster, { wholeCluster: true });
    expect(failure).toMatchObject({
      message:
        'nothing was defragmented, because the cluster refuses the user: etcdserver: user name not found',
      reasons: ['the cluster knows no user with the name (CN) of the client certificate: give --user NAME'],
    });
  });

  it('unless the only alarm is NOSPACE', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    cluster.alarms = [{ memberId: 1n, alarm: 1 }];
    expect((await roll(cluster)).failure).toBeUndefined();
  });
});

describe('defrag --rolling stops', () => {
  it('when a member is not healthy after its turn', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    cluster.onCall = (name, member) => {
      if (name === 'defragment') member.lag = 5000n;
    };
    const { failure, emitted } = await roll(cluster, { format: 'json' });
    expect(cluster.log).toEqual(['defragment m2']);
    expect(failure?.message).toBe('the rolling defragmentation stopped after 1 of 3 members');
    expect(failure?.reasons.slice(0, 3)).toEqual([
      'm2 (m2:2379) is 5000 entries behind',
      'defragmented: m2',
      'not touched: m3, m1',
    ]);
    expect(emitted).toMatchObject([
      { report: { members: [{ state: 'defragmented' }, { state: 'untouched' }, { state: 'untouched' }] } },
    ]);
  });

  it('when a defragmentation fails', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    cluster.member('m2').defragFailure = new ServerError('context deadline exceeded', 'DeadlineExceeded');
    const { failure } = await roll(cluster);
    expect(cluster.log).toEqual(['defragment m2']);
    expect(failure?.reasons[0]).toBe('m2 (m2:2379): context deadline exceeded; the server goes on with it');
  });

  it('when it is interrupted, and says what goes on', async () => {
    const cluster = new FakeCluster('m1', 'm2', 'm3');
    const fake = fakeContext({
      endpoints: cluster.endpoints,
      clock: new VirtualClock(),
      connect: cluster.connect,
    });
    const interruption = new Error('SIGINT');
    cluster.onCall = (name, { id }) => {
      if (name !== 'defragment' || id !== 3n) return;
      fake.abort(interruption);
      throw interruption;
    };
    const rolling = { isDryRun: false, movesLeader: false, minReclaimBytes: 0n, healthTimeoutMs: 0 };
    const run = runDefrag({ wholeCluster: false, dataDirectory: undefined, rolling }, fake.context);
    await expect(run).rejects.toBe(interruption);
    expect(fake.lines).toEqual([
      'interrupted; m3 goes on defragmenting until it is done; done: m2; not touched: m1',
    ]);
  });
});
