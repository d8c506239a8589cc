import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compareVersions } from '../../scripts/lib/version.mjs';
import { type Lab, references, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type RunResult, run, start } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const MB = 1_000_000;
const QUOTA_BYTES = 12 * MB;
/** Less than a wait for health should take, and enough on a busy machine. */
const IMPATIENT = ['--command-timeout=1s', '--health-timeout=1s'];

interface Member {
  readonly endpoint: string;
  readonly sizeBytes: number;
  readonly leads: boolean;
}

const newest = references.at(-1);
/** Before 3.6, members tell their quota in their metrics only. */
const older = references.findLast(({ version }) => compareVersions(version, '3.6') < 0);

describe.each([newest, older].flatMap((reference) => (reference === undefined ? [] : [reference])))(
  'maintenance of three members with TLS, etcd $version',
  { timeout: 180_000 },
  (reference) => {
    let lab: Lab;
    beforeAll(async () => {
      const extraArgs = [`--quota-backend-bytes=${QUOTA_BYTES}`];
      lab = await startLab({ reference, profile: 'tls', members: 3, extraArgs });
    });
    afterAll(() => lab?.stop());

    const onNewest = it.skipIf(reference !== newest);
    const ours = (...args: string[]): Promise<RunResult> => run(ourEtcdctl(), [...lab.flags(), ...args]);

    async function succeeds(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await ours(...args);
      expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
      return stdout.toString();
    }

    async function membersNow(): Promise<Member[]> {
      const { stdout } = await lab.real(['endpoint', 'status', '-w', 'json']);
      return JSON.parse(stdout.toString()).map(
        ({ Endpoint, Status }: { Endpoint: string; Status: Record<string, never> & StatusJson }) => ({
          endpoint: Endpoint,
          sizeBytes: Status.dbSize,
          leads: Status.leader === Status.header.member_id,
        }),
      );
    }

    const sizes = async () => (await membersNow()).map(({ sizeBytes }) => sizeBytes);
    const leader = async () => (await membersNow()).find(({ leads }) => leads)?.endpoint;

    /** Writes until the alarm is on, or as often as given. */
    async function fill(
      keyOf: (index: number) => string,
      { times = 100, valueBytes = MB } = {},
    ): Promise<void> {
      const stdin = Buffer.alloc(valueBytes, 'v');
      for (let index = 0; index < times; index++) {
        const { code } = await run(lab.etcdctl, [...lab.flags(), 'put', keyOf(index)], { stdin });
        if (code !== 0) break;
      }
      await committed();
    }

    /** Settles when the sizes no longer change: a member commits every 100 ms what it has applied, and only then its file grows. */
    async function committed(): Promise<void> {
      for (let before = await sizes(); ; ) {
        await delay(250);
        const now = await sizes();
        if (now.join() === before.join()) return;
        before = now;
      }
    }

    /** Makes files that can shrink. */
    async function fragment(): Promise<void> {
      await fill(() => 'fragmented', { times: 5 });
      const { stdout } = await lab.real(['get', 'fragmented', '-w', 'json', '--keys-only']);
      await lab.real(['compaction', '--physical', `${JSON.parse(stdout.toString()).header.revision}`]);
      await committed();
    }

    /** The endpoints of the finished members, in their order. */
    const finished = (output: string) =>
      [
        ...output.matchAll(
          /^Finished defragmenting etcd member\[(.*?)\]\. took \S+s\nm\d: .* before, .* now$/gm,
        ),
      ].map(([, endpoint]) => endpoint);

    describe('defrag --rolling', () => {
      it('shows the order and changes nothing with --dry-run; without it, the leader is the last', async () => {
        await fragment();
        const before = await sizes();
        const plan = await succeeds('defrag', '--rolling', '--dry-run');
        expect(plan.trimEnd().split('\n')).toHaveLength(3);
        expect(plan).toMatch(/\n3\. m\d \(leader, https:.*\): .*, about .* to free\n$/);
        expect(await sizes()).toEqual(before);

        const last = await leader();
        const order = finished(await succeeds('defrag', '--rolling'));
        expect(order).toHaveLength(3);
        expect(order[2]).toBe(last);
        const after = await sizes();
        expect(after.every((size, index) => size < (before[index] ?? 0) / 2)).toBe(true);
        const skipped = await succeeds('defrag', '--rolling', '--cluster', '--min-reclaim=4MB');
        expect(skipped).toMatch(/^(m\d skipped: too little to gain, .* unused\n){3}$/);
      });

      onNewest('moves the leadership first with --move-leader', async () => {
        const before = await leader();
        const output = await succeeds('defrag', '--rolling', '--move-leader');
        expect(output).toMatch(/\nLeadership moved from m\d to m\d\nFinished defragmenting .*\nm\d: .*\n$/);
        expect(finished(output)[2]).toBe(before);
        expect(await leader()).not.toBe(before);
        const report = JSON.parse(await succeeds('defrag', '--rolling', '-w', 'json'));
        expect(report).toMatchObject({ dryRun: false, problems: [] });
        expect(report.members.map(({ role }: { role: string }) => role)).toEqual([
          'follower',
          'follower',
          'leader',
        ]);
      });

      onNewest('touches nothing while a member does not answer', async () => {
        const defragmentations = () => lab.cluster.logs().match(/starting defragment/g)?.length;
        const before = defragmentations();
        lab.cluster.pause(1);
        const results = await Promise.all([
          ours('defrag', '--rolling', ...IMPATIENT),
          ours('defrag', '--rolling', '--cluster', ...IMPATIENT),
          ours('defrag', '--rolling', ...IMPATIENT, `--endpoints=${lab.cluster.endpoints[0]}`),
        ]);
        lab.cluster.resume(1);
        await lab.cluster.serving();
        for (const { code, stderr } of results) {
          expect(stderr.toString()).toMatch(/\nError: nothing was defragmented, because .*\n$/);
          expect(code).toBe(1);
        }
        expect(defragmentations()).toBe(before);
      });

      onNewest('stops when a member fails meanwhile, and says what was done', async () => {
        // A member with more data needs longer.
        await fill((at) => `live-${at}`, { times: 4 });
        const last = await leader();
        const index = lab.cluster.endpoints.indexOf(last ?? '');
        const running = start(ourEtcdctl(), [...lab.flags(), 'defrag', '--rolling', ...IMPATIENT]);
        await running.waitFor('Finished defragmenting');
        lab.cluster.pause(index);
        const { code, stdout, stderr } = await running.result;
        lab.cluster.resume(index);
        await lab.cluster.serving();
        await lab.real(['del', 'live-', '--prefix']);
        expect(code).toBe(1);
        expect(finished(stdout.toString())).not.toContain(last);
        expect(stderr.toString()).toMatch(
          /\ndefragmented: m.*\nnot touched: .*\n.*\nError: the rolling defragmentation stopped after [12] of 3 members\n$/,
        );
      });
    });

    describe('alarm recover', () => {
      afterEach(async () => {
        await lab.real(['alarm', 'disarm']);
      });

      onNewest('does nothing without the alarm', async () => {
        expect(await succeeds('alarm', 'recover')).toMatch(
          /\nNo member has the alarm NOSPACE: there is nothing to do\.\n$/,
        );
      });

      it('leads out of a full database', async () => {
        await fill(() => 'history');
        expect((await ours('put', 'k', 'v')).stderr.toString()).toContain('database space exceeded');
        const before = await sizes();
        const plan = await succeeds('alarm', 'recover', '--dry-run');
        expect(plan).toMatch(/, quota 12 MB, .* in use, NOSPACE\n/);
        const refused = await ours('alarm', 'recover');
        const stepsIn = (output: string) => output.match(/^\d\. .*$/gm);
        expect(stepsIn(refused.stdout.toString())).toEqual(stepsIn(plan));
        expect(stepsIn(plan)).toHaveLength(4);
        expect(refused.stderr.toString()).toBe(
          'Error: nothing was changed: --yes does these steps without questions\n',
        );
        expect(refused.code).toBe(1);
        expect(await sizes()).toEqual(before);
        const output = await succeeds('alarm', 'recover', '--yes');
        expect(output).toMatch(
          /\nCompacted revision \d+\n(Finished .*\nm\d: .*\n){3}The alarm is off: the cluster accepts writes\.\n$/,
        );
        expect(await succeeds('put', 'k', 'v')).toBe('OK\n');
        expect(await succeeds('alarm', 'list')).toBe('');
      });

      it.skipIf(terminalsMissing !== undefined || reference !== newest)(
        'asks a person before each step, and goes on in a second run',
        async () => {
          await fill(() => 'history');
          const person = startOnTerminal(ourEtcdctl(), [...lab.flags(), 'alarm', 'recover']);
          await person.waitFor('Compact the history at revision');
          await person.waitFor('? [y/N] ');
          person.send('y\n');
          await person.waitFor('Defragment the members? [y/N] ');
          person.send('n\n');
          const { code, stdout } = await person.result;
          expect(stdout.toString()).toMatch(
            /Error: stopped before step 2; run the command again to go on\r\n$/,
          );
          expect(code).toBe(1);
          const output = await succeeds('alarm', 'recover', '--yes');
          expect(output).toMatch(/\n1\. The history is already compacted at revision \d+ \(skipped\)\n/);
          expect(output).not.toContain('\nCompacted');
          expect(await succeeds('put', 'k', 'v')).toBe('OK\n');
        },
      );

      onNewest('does not disarm while keys fill the quota, and goes on when some are deleted', async () => {
        let failed: RunResult;
        let round = 0;
        do {
          await fill((index) => `key-${round}-${index}`, {
            // Smaller ones fill what the recovery has freed.
            valueBytes: MB / 4 ** round,
          });
          failed = await ours('alarm', 'recover', '--yes', '-w', 'json');
        } while (failed.code === 0 && ++round < 5);
        expect(failed.stderr.toString()).toMatch(
          /\nthe alarm would soon be raised again\nError: step 3 failed \(check\); run the command again to go on\n$/,
        );
        expect(failed.code).toBe(1);
        expect(
          JSON.parse(failed.stdout.toString()).steps.map(({ state }: { state: string }) => state),
        ).toEqual(['done', 'done', 'failed', 'untouched']);
        expect(await succeeds('alarm', 'list')).toContain('NOSPACE');
        await succeeds('del', 'key-', '--prefix');
        await succeeds('alarm', 'recover', '--yes');
        expect(await succeeds('put', 'k', 'v')).toBe('OK\n');
      });

      onNewest('changes nothing while a member does not answer', async () => {
        await fill(() => 'history');
        lab.cluster.pause(2);
        const { code, stderr } = await ours('alarm', 'recover', '--yes', '--command-timeout=1s');
        lab.cluster.resume(2);
        await lab.cluster.serving();
        expect(stderr.toString()).toMatch(
          /\nError: nothing was changed, because the cluster is not healthy\n$/,
        );
        expect(code).toBe(1);
        expect(await succeeds('alarm', 'recover', '--dry-run')).toContain(
          '1. Compact the history at revision',
        );
        await succeeds('alarm', 'recover', '--yes', '--move-leader');
      });
    });
  },
);

interface StatusJson {
  readonly dbSize: number;
  readonly leader: bigint;
  readonly header: { readonly member_id: bigint };
}

describe('bad input', () => {
  it.each([
    [['defrag', '--dry-run'], 128, '--dry-run needs --rolling'],
    [['defrag', '--rolling', '--data-dir=d'], 128, '--rolling and --data-dir cannot be used together'],
    [['defrag', '--rolling', '--min-reclaim=lots'], 1, 'invalid argument "lots" for "--min-reclaim" flag'],
    [['defrag', '--rolling', '--health-timeout=5'], 1, 'invalid argument "5" for "--health-timeout" flag'],
    [['defrag', '--rolling', '--health-timeout=-1s'], 128, '--health-timeout must not be negative'],
    [['alarm', 'recover', '--health-timeout=-1s'], 128, '--health-timeout must not be negative'],
    [['defrag', '--rolling', '-w', 'fields'], 4, 'fields not supported as output format'],
    [
      ['defrag', '--rolling', '--endpoints=127.0.0.1:1', '--command-timeout=300ms'],
      1,
      'nothing was defragmented, because an endpoint does not answer',
    ],
    [['alarm', 'recover', 'x'], 128, 'alarm recover command accepts no arguments'],
    [['alarm', 'recover', '--revision=new'], 1, 'invalid argument "new" for "--revision" flag'],
    [['alarm', 'recover', '--revision=-1'], 128, '--revision must not be negative'],
    [['alarm', 'recover', '-w', 'protobuf'], 4, 'protobuf not supported as output format'],
  ])('%j', async (args, code, message) => {
    const { stdout, stderr, ...result } = await run(ourEtcdctl(), args);
    expect(stderr.toString()).toContain(`Error: ${message}`);
    expect({ code: result.code, stdout: stdout.toString() }).toEqual({ code, stdout: '' });
  });
});
