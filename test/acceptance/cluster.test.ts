import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atRest } from '../support/lab/at-rest.js';
import { comparesWithAtLeast, type Lab, references, startLab } from '../support/lab/lab.js';
import {
  initialClusterOf,
  membersOf,
  realEventually,
  removeAddedMembers,
} from '../support/lab/membership.js';
import { prepareNewcomer } from '../support/lab/newcomer.js';
import { ourEtcdctl, type RunResult, run } from '../support/lab/program.js';

const MEMBERSHIP_TIMEOUT_MS = 20_000;

/** Runs our etcdctl with all members as endpoints, or with the given ones. */
function ours(lab: Lab, args: readonly string[], endpoints = lab.cluster.endpoints): Promise<RunResult> {
  return run(ourEtcdctl(), [...lab.flags(endpoints), ...args]);
}

async function succeeds(lab: Lab, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ours(lab, args);
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout.toString();
}

/** Retries while the server refuses with this error, because members must first be connected to each other. */
async function succeedsEventually(lab: Lab, refusal: RegExp, ...args: string[]): Promise<string> {
  for (const end = Date.now() + MEMBERSHIP_TIMEOUT_MS; ; await delay(50)) {
    const { code, stdout, stderr } = await ours(lab, args);
    if (code === 0) return stdout.toString();
    expect(stderr.toString()).toMatch(refusal);
    if (Date.now() > end) throw new Error(`${args.join(' ')} still fails: ${stderr}`);
  }
}

const NOT_CONNECTED = /^Error: etcdserver: unhealthy cluster$/m;
const NOT_IN_SYNC = /^Error: etcdserver: can only promote a learner member which is in sync with leader$/m;

/** The members according to `endpoint status`, and whether each is the leader. */
async function leadership(lab: Lab): Promise<{ endpoint: string; id: string; leads: boolean }[]> {
  const lines = (await succeeds(lab, 'endpoint', 'status')).trimEnd().split('\n');
  return lines.map((line) => {
    const columns = line.split(', ');
    return { endpoint: columns[0] ?? '', id: columns[1] ?? '', leads: columns[8] === 'true' };
  });
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'a cluster of three members with TLS, etcd $version',
  ({ reference }) => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ reference, profile: 'tls', members: 3 });
    });
    afterAll(() => lab?.stop());

    it('adds a learner, which starts with the output of member add, promotes it and removes it', async () => {
      const newcomer = await prepareNewcomer(lab);
      try {
        const add = ['member', 'add', newcomer.name, `--peer-urls=${newcomer.peerUrl}`, '--learner'];
        const added = await succeedsEventually(lab, NOT_CONNECTED, ...add);
        expect(added).toMatch(/^Member +[0-9a-f]+ added as learner to cluster +[0-9a-f]+\n\nETCD_NAME=/);
        await newcomer.start(initialClusterOf(added));
        const learner = (await membersOf(lab)).find(({ name }) => name === newcomer.name);
        expect(learner).toMatchObject({ isLearner: true, isStarted: true });
        const promoted = await succeedsEventually(lab, NOT_IN_SYNC, 'member', 'promote', learner?.id ?? '');
        expect(promoted).toMatch(/^Member +[0-9a-f]+ promoted in cluster +[0-9a-f]+\n$/);
        expect((await membersOf(lab)).filter(({ isLearner }) => isLearner)).toEqual([]);
        const status = await succeeds(lab, 'endpoint', 'status', '--cluster');
        expect(status.split('\n').filter((line) => line.startsWith(`${newcomer.clientUrl}, `))).toHaveLength(
          1,
        );
        await succeeds(lab, 'member', 'remove', learner?.id ?? '');
        expect(await membersOf(lab)).toHaveLength(3);
      } finally {
        await removeAddedMembers(lab);
        await newcomer.stop();
      }
    });

    it('adds a voting member', async () => {
      const newcomer = await prepareNewcomer(lab);
      try {
        const add = ['member', 'add', newcomer.name, `--peer-urls=${newcomer.peerUrl}`];
        await newcomer.start(initialClusterOf(await succeedsEventually(lab, NOT_CONNECTED, ...add)));
        const health = await succeeds(lab, 'endpoint', 'health', '--cluster');
        expect(health).toContain(`${newcomer.clientUrl} is healthy`);
        expect(await membersOf(lab)).toContainEqual(
          expect.objectContaining({ name: newcomer.name, isStarted: true, isLearner: false }),
        );
      } finally {
        await removeAddedMembers(lab);
        await newcomer.stop();
      }
    });

    it('transfers its leadership to the member that move-leader names', async () => {
      const before = await leadership(lab);
      const leader = before.find(({ leads }) => leads);
      const follower = before.find(({ leads }) => !leads);
      const moved = await succeeds(lab, 'move-leader', follower?.id ?? '');
      expect(moved).toBe(`Leadership transferred from ${leader?.id} to ${follower?.id}\n`);
      const after = await leadership(lab);
      expect(after.find(({ leads }) => leads)).toEqual({ ...follower, leads: true });
    });

    it('gets no move-leader request when the leader is not among the endpoints', async () => {
      const members = await leadership(lab);
      const others = members.filter(({ leads }) => !leads).map(({ endpoint }) => endpoint);
      const { code, stderr } = await ours(lab, ['move-leader', members[0]?.id ?? ''], others);
      expect(stderr.toString()).toContain(`Error: no leader endpoint given at [${others.join(' ')}]\n`);
      expect(code).toBe(128);
    });

    it('is defragmented member by member', async () => {
      for (let index = 0; index < 3; index++) {
        await lab.real(['put', 'large'], { stdin: Buffer.alloc(1_000_000, index) });
      }
      const { stdout } = await lab.real(['get', 'large', '-w', 'json', '--keys-only']);
      await lab.real(['compact', /"revision":(\d+)/.exec(stdout.toString())?.[1] ?? '', '--physical']);
      const sizes = async () => sizesIn(await succeeds(lab, 'endpoint', 'status', '-w', 'json'));
      const before = await sizes();
      const urls = (await succeeds(lab, 'member', 'list'))
        .trimEnd()
        .split('\n')
        .map((line) => line.split(', ')[4]);
      const lines = (await succeeds(lab, 'defrag', '--cluster')).trimEnd().split('\n');
      expect(lines.map((line) => line.replace(/took [\d.]+\S*s$/, 'took <duration>'))).toEqual(
        urls.map((url) => `Finished defragmenting etcd member[${url}]. took <duration>`),
      );
      for (const [index, size] of (await sizes()).entries()) expect(size).toBeLessThan(before[index] ?? 0);
    });

    describe('with a member down', () => {
      let down = '';
      beforeAll(async () => {
        // A follower, because an election would take time.
        const members = await leadership(lab);
        const index = members.findIndex(({ leads }) => !leads);
        down = lab.cluster.endpoints[index] ?? '';
        await lab.cluster.kill(index);
        await lab.cluster.serving();
        await realEventually(lab, ['put', 'a', '1']);
        await atRest(lab, lab.cluster.endpoints.toSpliced(index, 1));
      });

      const short = ['--command-timeout=3s'];
      const hidden = (text: string) =>
        text.replace(/\b\d+(?:\.\d+)?(?:µs|ms|s)\b/g, '<duration>').replace(/\{"level".*\n/g, '');

      // Concurrent, because each waits for the member that is down. `endpoint health` is not among them: its request for alarms adds an
      // entry to the Raft log, which the others would print.
      it.concurrent.each([
        ['endpoint status -w fields', '3.6', 'Failed to get the status of endpoint'],
        ['endpoint status --cluster -w json', '3.6', 'Failed to get the status of endpoint'],
        ['endpoint hashkv', '3.6', 'Failed to get the hash of endpoint'],
        ['endpoint hashkv --cluster -w json', '3.6', 'Failed to get the hash of endpoint'],
      ])('%s reports it and prints the others, as etcdctl does', expectReported);

      it.each([
        [
          'endpoint health --cluster',
          '3.5',
          ' is unhealthy: failed to commit proposal: context deadline exceeded',
        ],
        ['defrag --cluster', '3.6', 'Failed to defragment etcd member['],
      ])('%s reports it and prints the others, as etcdctl does', expectReported);

      async function expectReported(line: string, since: string, failure: string): Promise<void> {
        const args = [...line.split(' '), ...short];
        const [mine, real] = await Promise.all([
          ours(lab, args),
          run(lab.newestEtcdctl, [...lab.flags(), ...args]),
        ]);
        expect(mine.code).toBe(1);
        const failed = mine.stderr
          .toString()
          .split('\n')
          .filter((each) => each.includes(failure));
        expect(failed).toEqual([expect.stringContaining(down)]);
        expect(mine.stdout.toString()).not.toContain(down);
        expect(mine.stdout.toString().match(/https:\/\//g)).toHaveLength(2);
        if (!comparesWithAtLeast(since)) return;
        const inOrder = (text: string) => (line.includes('health') ? text.split('\n').toSorted() : text);
        expect(inOrder(hidden(mine.stdout.toString()))).toEqual(inOrder(hidden(real.stdout.toString())));
        expect(hidden(failed.join('\n'))).toBe(
          hidden(
            real.stderr
              .toString()
              .split('\n')
              .filter((each) => each.includes(failure))
              .join('\n'),
          ),
        );
      }

      const isNewest = reference === references.at(-1);
      // One version is enough: the duration does not depend on the version of the silent server.
      it.runIf(isNewest)(
        'gets the status of all endpoints concurrently: three silent ones take the time of one',
        async () => {
          const began = performance.now();
          const { code } = await ours(
            lab,
            ['endpoint', 'status', '--command-timeout=4s'],
            [down, down, down, ...lab.cluster.endpoints],
          );
          expect(code).toBe(1);
          expect(performance.now() - began).toBeLessThan(11_000);
        },
      );
    });
  },
);

function sizesIn(statusJson: string): number[] {
  return [...statusJson.matchAll(/"dbSize":(\d+)/g)].map(([, digits]) => Number(digits));
}
