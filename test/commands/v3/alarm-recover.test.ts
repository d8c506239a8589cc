import { describe, expect, it } from 'vitest';
import { findCompactedRevision } from '../../../src/client/maintenance/compacted-revision.js';
import { type AlarmRecoverOptions, registerAlarmRecover } from '../../../src/commands/v3/alarm/recover.js';
import { recover } from '../../../src/commands/v3/alarm/recovery.js';
import { ServerError } from '../../../src/model/errors.js';
import type { AlarmRecovery } from '../../../src/model/maintenance-reports.js';
import type { ResultOf } from '../../../src/model/results.js';
import type { Client } from '../../../src/model/services.js';
import type { OutputFormat } from '../../../src/printers/printer.js';
import { FakeCluster } from '../../support/fake-cluster.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const OPTIONS: AlarmRecoverOptions = {
  revision: undefined,
  isDryRun: false,
  isConfirmed: true,
  movesLeader: false,
  healthTimeoutMs: 0,
};

interface Settings extends Partial<AlarmRecoverOptions> {
  readonly format?: OutputFormat;
  /** The answers of a person at a terminal; absent: nobody can be asked. */
  readonly answers?: boolean[];
  readonly metrics?: string;
}

async function recoverOn(cluster: FakeCluster, settings: Settings = {}) {
  const { format = 'simple', answers, metrics = '', ...given } = settings;
  const questions: string[] = [];
  const fake = fakeContext({
    endpoints: ['m1:2379'],
    format,
    clock: new VirtualClock(),
    connect: cluster.connect,
    fetchMetrics: async () => metrics,
    prompt: {
      isInteractive: answers !== undefined,
      confirm: async (question) => {
        questions.push(question);
        return answers?.shift() ?? false;
      },
    },
  });
  const failure = await recover({ ...OPTIONS, ...given }, fake.context).then(
    () => undefined,
    (error: unknown) => error as { message: string; reasons: readonly string[] },
  );
  const reports = fake.emitted.flatMap((result) =>
    result.kind === 'alarm-recovery' ? [(result as ResultOf<'alarm-recovery'>).report] : [],
  );
  return { ...fake, failure, questions, reports };
}

/** Three members of 2 GB of a quota of 2 GB; the first has the alarm. */
function fullCluster(): FakeCluster {
  const cluster = new FakeCluster('m1', 'm2', 'm3');
  for (const member of cluster.members)
    Object.assign(member, { dbSize: 2_000_000_000n, dbSizeInUse: 1_900_000_000n });
  cluster.alarms = [{ memberId: 1n, alarm: 1 }];
  return cluster;
}

const ALL_STEPS = [
  'compact 1000',
  'defragment m2',
  'defragment m3',
  'defragment m1 (leader)',
  'disarm 1 of 1',
];

const states = ({ steps }: AlarmRecovery) => steps.map(({ state }) => state);

describe('alarm recover', () => {
  it('compacts, defragments, checks and disarms', async () => {
    const cluster = fullCluster();
    const { failure, emitted } = await recoverOn(cluster);
    expect(failure).toBeUndefined();
    expect(cluster.log).toEqual(ALL_STEPS);
    expect(cluster.alarms).toEqual([]);
    expect(emitted.at(-1)).toEqual({ kind: 'text', text: 'The alarm is off: the cluster accepts writes.\n' });
  });

  it('logs in at another member where a learner refuses that', async () => {
    const cluster = fullCluster();
    cluster.hasAuth = true;
    Object.assign(cluster.member('m2'), { isLearner: true, dbSize: 1_000_000_000n });
    const { failure } = await recoverOn(cluster);
    expect(failure).toBeUndefined();
    expect(cluster.log).toEqual(ALL_STEPS.filter((step) => step !== 'defragment m2'));
  });

  it('reports in other formats when it has ended', async () => {
    const { reports } = await recoverOn(fullCluster(), { format: 'json' });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      isDryRun: false,
      revision: 1000n,
      compactedRevision: 0n,
      members: [{ isFull: true, newSizeBytes: 1_000_000n }, { isFull: false }, { isFull: false }],
      problems: [],
    });
    expect(reports.map(states)).toEqual([['done', 'done', 'done', 'done']]);
  });

  it('does nothing without the alarm', async () => {
    const cluster = fullCluster();
    cluster.alarms = [];
    const { failure, reports } = await recoverOn(cluster);
    expect({ failure, log: cluster.log, steps: reports[0]?.steps }).toEqual({
      failure: undefined,
      log: [],
      steps: [],
    });
  });

  it('shows the steps with --dry-run', async () => {
    const cluster = fullCluster();
    const { reports, failure } = await recoverOn(cluster, { isDryRun: true, isConfirmed: false });
    expect(failure).toBeUndefined();
    expect(cluster.log).toEqual([]);
    expect(reports[0]?.steps.map(({ text }) => text)).toEqual([
      'Compact the history at revision 1000',
      'Defragment m2, then m3, then the leader m1',
      'Check that every member is below its quota',
      'Disarm the alarm NOSPACE of m1',
    ]);
  });

  it('names the members with the alarm in order', async () => {
    const cluster = fullCluster();
    cluster.alarms = [3n, 1n, 2n].map((memberId) => ({ memberId, alarm: 1 }));
    const { reports } = await recoverOn(cluster, { isDryRun: true });
    expect(reports[0]?.steps[3]?.text).toBe('Disarm the alarm NOSPACE of m1, m2, m3');
  });

  it('changes nothing when nobody can be asked, and --yes is not given', async () => {
    const cluster = fullCluster();
    const { failure, reports } = await recoverOn(cluster, { isConfirmed: false });
    expect(failure?.message).toBe('nothing was changed: --yes does these steps without questions');
    expect(reports.map(states)).toEqual([['planned', 'planned', 'planned', 'planned']]);
    expect(cluster.log).toEqual([]);
  });

  it('asks before each step that changes something, and stops at a no', async () => {
    const cluster = fullCluster();
    const { questions, failure } = await recoverOn(cluster, { isConfirmed: false, answers: [true, false] });
    expect(questions).toEqual(['Compact the history at revision 1000?', 'Defragment the members?']);
    expect(failure?.message).toBe('stopped before step 2; run the command again to go on');
    expect(cluster.log).toEqual(['compact 1000']);
  });

  it('compacts at the revision that is given, and not twice', async () => {
    const cluster = fullCluster();
    cluster.compacted = 400n;
    expect((await recoverOn(cluster, { revision: 300n })).reports[0]?.compactedRevision).toBe(400n);
    expect(cluster.log).not.toContain('compact 300');
    const { failure } = await recoverOn(fullCluster(), { revision: 1001n });
    expect(failure?.message).toBe('nothing was changed: the store is at revision 1000, before 1001');
  });
});

describe('alarm recover goes on', () => {
  it('after an interrupted compaction and defragmentation', async () => {
    const cluster = fullCluster();
    cluster.compacted = 1000n;
    cluster.member('m1').dbSizeInUse = 1_000_000n;
    for (const name of ['m2', 'm3']) {
      Object.assign(cluster.member(name), { dbSize: 1_100_000n, dbSizeInUse: 1_000_000n });
    }
    const { failure, reports } = await recoverOn(cluster);
    expect(failure).toBeUndefined();
    expect(reports.map(states)).toEqual([['skipped', 'planned', 'planned', 'planned']]);
    expect(cluster.log).toEqual(['defragment m1 (leader)', 'disarm 1 of 1']);
  });

  it('after a defragmentation that failed', async () => {
    const cluster = fullCluster();
    cluster.member('m3').defragFailure = new ServerError('context deadline exceeded', 'DeadlineExceeded');
    const first = await recoverOn(cluster, { format: 'json' });
    expect(first.failure?.message).toBe('step 2 failed (defragment); run the command again to go on');
    expect(first.reports.map(states)).toEqual([['done', 'failed', 'untouched', 'untouched']]);
    delete cluster.member('m3').defragFailure;
    cluster.log.length = 0;
    expect((await recoverOn(cluster)).failure).toBeUndefined();
    expect(cluster.log).toEqual(['defragment m3', 'defragment m1 (leader)', 'disarm 1 of 1']);
  });
});

describe('alarm recover does not disarm', () => {
  it('while a member is at its quota', async () => {
    const cluster = fullCluster();
    cluster.member('m2').dbSizeQuota = 1_000_000n;
    const { failure } = await recoverOn(cluster);
    expect(failure?.message).toBe('step 3 failed (check); run the command again to go on');
    expect(failure?.reasons[0]).toBe('m2 (m2:2379) has 1.0 MB of a quota of 1.0 MB');
    expect(cluster.alarms).toHaveLength(1);
  });

  it('while a member is at the quota in its metrics, before etcd 3.6', async () => {
    const cluster = fullCluster();
    for (const member of cluster.members) member.dbSizeQuota = 0n;
    const metrics = '# TYPE\netcd_server_quota_backend_bytes 1e+06\n';
    expect((await recoverOn(cluster, { metrics })).failure?.message).toMatch(/^step 3 failed/);
    expect((await recoverOn(cluster)).failure).toBeUndefined();
  });

  it.each<[string, (cluster: FakeCluster) => void, RegExp]>([
    ['a member is down', (cluster) => Object.assign(cluster.member('m3'), { isDown: true }), /m3 .*deadline/],
    [
      'there is a CORRUPT alarm too',
      (cluster) => cluster.alarms.push({ memberId: 2n, alarm: 2 }),
      /CORRUPT is never disarmed here/,
    ],
  ])('when %s', async (_, break_, reason) => {
    const cluster = fullCluster();
    break_(cluster);
    const { failure } = await recoverOn(cluster);
    expect(failure?.message).toBe('nothing was changed, because the cluster is not healthy');
    expect(failure?.reasons.join('\n')).toMatch(reason);
    expect(cluster.log).toEqual([]);
  });
});

it('the arguments of alarm recover', () => {
  expect(parseCommand(registerAlarmRecover, ['recover', '--revision=9', '--yes'])).toMatchObject({
    revision: 9n,
    isConfirmed: true,
  });
  expect(() => parseCommand(registerAlarmRecover, ['recover', 'x'])).toThrow(/accepts no arguments/);
  expect(() => parseCommand(registerAlarmRecover, ['recover', '--revision=-1'])).toThrow(/not be negative/);
});

it.each([-1n, 1n, 2n, 3n, 499n, 999n, 1000n])('the compacted revision %s is found', async (compacted) => {
  const cluster = new FakeCluster('m1');
  cluster.compacted = compacted;
  const client = cluster.connect(['m1:2379']) as Client;
  const found = await findCompactedRevision(client, cluster.revision, {});
  // A store compacted at 1 reads like one that was never compacted.
  expect(found).toBe(compacted > 1n ? compacted : 0n);
});
