/** `doctor` on a cluster of three members with TLS whose members are dead, silent and new. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FaultProxy } from '../../support/grpc/fault-proxy.js';
import { diagnose, findingsOn, runDoctor } from '../../support/lab/doctor.js';
import { type Lab, references, startLab } from '../../support/lab/lab.js';
import {
  initialClusterOf,
  membersOf,
  realEventually,
  removeAddedMembers,
} from '../../support/lab/membership.js';
import { prepareNewcomer } from '../../support/lab/newcomer.js';
import { run } from '../../support/lab/program.js';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ profile: 'tls', members: 3 });
});
afterEach(async () => {
  for (const [index, { pid }] of lab.cluster.members.entries()) {
    if (pid === undefined) await lab.cluster.restart(index);
    else lab.cluster.resume(index);
  }
  await healthy();
});
afterAll(() => lab?.stop());

async function healthy(): Promise<void> {
  await lab.cluster.serving();
  await vi.waitUntil(
    async () => (await run(lab.etcdctl, [...lab.flags(), 'endpoint', 'health'])).code === 0,
    {
      timeout: 20_000,
    },
  );
}

it('a member is stopped', async () => {
  await moveLeader(0);
  await lab.cluster.kill(1);
  await diagnose(lab.flags(), {
    ids: ['member-unreachable', 'quorum-without-reserve'],
    words:
      /member-unreachable m2 \S+ The member does not answer: connection refused\..* member replace [0-9a-f]+ --name=m2 --peer-urls=/,
  });
  // The other members know where it should be.
  await diagnose(lab.flags(lab.cluster.endpoints.slice(0, 1)), {
    ids: ['member-unreachable', 'quorum-without-reserve'],
    words: /2 of 3 voting members answer, as many as are needed/,
  });
});

it('members do not answer: one, two, all', async () => {
  await moveLeader(0);
  lab.cluster.pause(2);
  await diagnose(lab.flags(), {
    ids: ['member-unreachable', 'quorum-without-reserve'],
    words: /m3 \S+ The member does not answer: connected, but the server does not answer the TLS handshake/,
  });
  lab.cluster.pause(1);
  await diagnose(lab.flags(), {
    ids: ['leader-missing', 'member-unreachable', 'quorum-lost'],
    words: /unhealthy, 4 failures 3 members, no leader.*1 of 3 voting members answers, and 2 are needed/,
  });
  lab.cluster.pause(0);
  await diagnose(lab.flags(), {
    ids: ['endpoint-unreachable'],
    words: /^Cluster: nothing has answered, 3 failures/,
    code: 2,
  });
});

it('the leader changes while it looks', async () => {
  const silent = await FaultProxy.start(0);
  silent.mode = 'stall';
  const args = [...lab.flags([...lab.cluster.endpoints, `https://${silent.endpoint}`])];
  const looking = runDoctor(args);
  await vi.waitUntil(() => silent.accepted > 0, { timeout: 10_000 });
  // The members answer at once, and the silent endpoint holds it up for two seconds.
  for (let moves = 0; moves < 2; moves++) {
    await delay(500);
    await moveLeader((await leader()) === 0 ? 1 : 0);
  }
  const { stdout } = await looking;
  await silent.close();
  expect(findingsOn(stdout.toString())).toEqual(['endpoint-unreachable', 'leader-changed']);
  expect(stdout.toString()).toMatch(/The leader changed within these seconds: m\d in term \d+, m\d in term/);
});

/** Makes the member at this index the leader. Another one may lead since an earlier test stopped the leader. */
async function moveLeader(index: number): Promise<void> {
  if ((await leader()) === index) return;
  await lab.real(['move-leader', (await statusCells())[index]?.[1] ?? '']);
}

async function leader(): Promise<number> {
  return (await statusCells()).findIndex((cells) => cells[8] === 'true');
}

/** The columns of `endpoint status`, in the order of the members. */
async function statusCells(): Promise<string[][]> {
  const { stdout } = await lab.real(['endpoint', 'status']);
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((row) => row.split(', '));
}

it('members are added: one that has not started, a learner, a fourth voter', async () => {
  const newcomer = await prepareNewcomer(lab);
  try {
    const url = `--peer-urls=${newcomer.peerUrl}`;
    const added = await realEventually(lab, ['member', 'add', newcomer.name, url, '--learner']);
    await diagnose(lab.flags(), {
      ids: ['member-unstarted'],
      words: /was added and has never started.* etcdctl .*member remove [0-9a-f]+ /,
    });
    await newcomer.start(initialClusterOf(added));
    await diagnose(lab.flags(), {
      ids: ['learner'],
      words:
        /needs attention, 1 warning 4 members.*WARNING learner newcomer .*member promote [0-9a-f]+ .*newcomer learner/,
    });
    // It tells its status, and not the list.
    await diagnose(lab.flags([newcomer.clientUrl]), {
      ids: ['members-unknown'],
      words:
        /not known to be healthy.*The list of members cannot be read: etcdserver: rpc not supported for learner/,
    });
    const learner = (await membersOf(lab)).find(({ name }) => name === newcomer.name);
    await realEventually(lab, ['member', 'promote', learner?.id ?? '']);
    await diagnose(lab.flags(), {
      ids: ['even-voters'],
      words: /The cluster has 4 voting members\. Only 1 member may fail, as with 3\./,
    });
  } finally {
    await removeAddedMembers(lab);
    await newcomer.stop();
  }
});

it('a downgrade is enabled', async () => {
  await realEventually(lab, ['downgrade', 'enable', '3.6']);
  await diagnose(lab.flags(), {
    ids: ['downgrade-enabled'],
    words: /A downgrade to 3\.6\S* is enabled.*downgrade cancel/,
  });
  await lab.real(['downgrade', 'cancel']);
});

const etcd35 = references.findLast(({ version }) => version.startsWith('3.5.'));

describe.skipIf(etcd35 === undefined)('members of etcd 3.5 with TLS', () => {
  let older: Lab;
  beforeAll(async () => {
    older = await startLab({ profile: 'tls', members: 3, ...(etcd35 && { reference: etcd35 }) });
  });
  afterAll(() => older?.stop());

  it('are healthy, with the quota that their metrics tell', async () => {
    await diagnose(older.flags(), { ids: [], words: /: healthy 3 members, leader m[123], version 3\.5\./ });
    const { stdout } = await runDoctor([...older.flags(), '-w', 'json']);
    for (const member of JSON.parse(stdout.toString()).members) {
      expect(member).toMatchObject({ dbQuotaBytes: 2 * 1024 ** 3, certificate: { daysLeft: 364 } });
    }
  });

  it('are named when they stop, with what that means', async () => {
    await older.cluster.kill(0);
    // It may have been the leader.
    await older.cluster.serving();
    await diagnose(older.flags(), {
      ids: ['member-unreachable', 'quorum-without-reserve'],
      words: /member-unreachable m1 \S+ The member does not answer: connection refused\./,
    });
  });
});

it('a login needs a majority, and there is none', async () => {
  const guarded = await startLab({ profile: 'auth', members: 3 });
  try {
    await Promise.all([guarded.cluster.kill(0), guarded.cluster.kill(1)]);
    await diagnose(guarded.flags(), {
      ids: ['endpoint-unreachable'],
      words: /etcd runs there: .* A login needs a majority of the members/,
      code: 2,
    });
  } finally {
    await guarded.stop();
  }
});
