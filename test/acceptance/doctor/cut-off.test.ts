/** `doctor` when one of three members runs, answers clients, and is cut off from the other two. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { diagnose } from '../../support/lab/doctor.js';
import { type Lab, references } from '../../support/lab/lab.js';
import { type PeerProxiedLab, startPeerProxiedLab } from '../../support/lab/peer-proxied-lab.js';
import { type RunResult, run } from '../../support/lab/program.js';

let proxied: PeerProxiedLab;
let lab: Lab;
let thirdId: string;

beforeAll(async () => {
  proxied = await startPeerProxiedLab();
  ({ lab, thirdId } = proxied);
});
afterAll(() => proxied?.stop());

it('through proxies the cluster is healthy', async () => {
  await diagnose(lab.flags(), { ids: [], words: /healthy/ });
});

it('it knows no leader, and is behind', async () => {
  proxied.cutOffThird();
  await vi.waitUntil(async () => (await leaderAtThird()) === '0', { timeout: 20_000 });
  // The first writes are lost when it was the leader.
  await vi.waitUntil(async () => (await putInMajority()).code === 0, { timeout: 20_000 });
  for (let index = 0; index < 5; index++) await putInMajority();
  await diagnose(lab.flags(), {
    ids: ['leader-missing', 'raft-behind'],
    words:
      /leader-missing m3 .* cut off .*raft-behind m3 \S+ The member is \d+ raft entries behind the leader m[12]/,
  });
});

it('its newest revision is compacted at the others', async () => {
  await inMajority('compact', '5');
  await diagnose(lab.flags(), {
    ids: ['hash-unknown', 'leader-missing', 'raft-behind'],
    words:
      /hash-unknown m1 \S+ Its data cannot be compared with that of a member that is behind: .* caught up\. UNKNOWN hash-unknown m2 /,
  });
});

it('its list of members is another one', async () => {
  await inMajority('member', 'update', thirdId, '--peer-urls=http://127.0.0.1:1');
  await diagnose(lab.flags(), {
    ids: ['hash-unknown', 'leader-missing', 'member-lists-differ', 'raft-behind'],
    words:
      /member-lists-differ m3 \S+ Its list of members is another one .*: it has another name, URL or role for m3/,
  });
});

it('it was removed, and does not know', async () => {
  await inMajority('member', 'remove', thirdId);
  await diagnose(lab.flags(), {
    ids: ['endpoint-not-member', 'even-voters'],
    words:
      /is not a member of the cluster any more.*The cluster has 2 voting members\. None of them may fail, as with 1\./,
  });
});

describe.each(['3.5', '3.7'])('it was the leader, etcd %s', (version) => {
  const reference = references.findLast((each) => each.version.startsWith(version));
  let own: PeerProxiedLab | undefined;
  afterEach(() => own?.stop());

  it.skipIf(reference === undefined)(
    'and does not give up as soon as the others elect another one',
    async () => {
      // It gives up after this time without answers of the others.
      const slow = ['--election-timeout=20000', '--heartbeat-interval=100'];
      own = await startPeerProxiedLab({ reference: reference as CompleteReference }, (index) =>
        index === 2 ? slow : [],
      );
      const { lab: others, thirdId: id } = own;
      await moveLeaderTo(others, id);
      own.cutOffThird();
      const majority = others.flags(others.cluster.endpoints.slice(0, 2));
      await vi.waitUntil(async () => (await run(others.etcdctl, [...majority, 'put', 'k', 'v'])).code === 0, {
        timeout: 20_000,
      });
      await diagnose(others.flags(), {
        ids: ['leaders-differ', 'raft-behind', 'read-failed'],
        words:
          /leaders-differ The members do not agree on the leader \(m1: (m[12]), m2: \1, m3: m3\)\..*read-failed m3 /,
      });
    },
  );

  async function moveLeaderTo({ etcdctl, flags }: Lab, id: string): Promise<void> {
    const isLeader = async () => {
      const { stdout } = await run(etcdctl, [...flags(), 'endpoint', 'status', '-w', 'json']);
      return stdout.includes(`"leader":${BigInt(`0x${id}`)},`);
    };
    // Refused until the members are connected to each other.
    const move = () => run(etcdctl, [...flags(), 'move-leader', id]);
    await vi.waitUntil(async () => (await isLeader()) || ((await move()) && (await isLeader())), {
      timeout: 20_000,
      interval: 200,
    });
  }
});

function runInMajority(args: readonly string[]): Promise<RunResult> {
  return run(lab.etcdctl, [...lab.flags(lab.cluster.endpoints.slice(0, 2)), ...args]);
}

const putInMajority = () => runInMajority(['put', 'key', 'value']);

async function inMajority(...args: string[]): Promise<void> {
  const { code, stderr } = await runInMajority(args);
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
}

/** The leader that the third member knows, as a number. */
async function leaderAtThird(): Promise<string | undefined> {
  const endpoint = lab.flags(lab.cluster.endpoints.slice(2));
  const { stdout } = await run(lab.etcdctl, [...endpoint, 'endpoint', 'status', '-w', 'json']);
  return /"leader":(\d+)/.exec(stdout.toString())?.[1] ?? (stdout.length > 0 ? '0' : undefined);
}
