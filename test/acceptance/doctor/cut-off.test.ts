/** `doctor` when one of three members runs, answers clients, and is cut off from the other two. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import { diagnose } from '../../support/lab/doctor.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { membersOf } from '../../support/lab/membership.js';
import { PeerProxy } from '../../support/lab/peer-proxy.js';
import { type RunResult, run } from '../../support/lab/program.js';

let lab: Lab;
let proxies: PeerProxy[];
let thirdId: string;

beforeAll(async () => {
  const ports = await freePorts(3);
  proxies = await Promise.all(ports.map((port) => PeerProxy.start(port)));
  const urls = proxies.map(({ port }) => `http://127.0.0.1:${port}`);
  const cluster = urls.map((url, index) => `m${index + 1}=${url}`).join(',');
  lab = await startLab({
    members: 3,
    memberOptions: (index) => ({
      extraArgs: [
        `--listen-peer-urls=http://127.0.0.1:${ports[index]}`,
        `--initial-advertise-peer-urls=${urls[index]}`,
        `--initial-cluster=${cluster}`,
      ],
    }),
  });
  thirdId = (await membersOf(lab)).find(({ name }) => name === 'm3')?.id ?? '';
});
afterAll(async () => {
  for (const proxy of proxies ?? []) await proxy.close();
  await lab?.stop();
});

it('through proxies the cluster is healthy', async () => {
  await diagnose(lab.flags(), { ids: [], words: /healthy/ });
});

it('it knows no leader, and is behind', async () => {
  const [first, second, third] = proxies;
  first?.cutOff(thirdId);
  second?.cutOff(thirdId);
  third?.cutOff();
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

it('its list of members is another one', async () => {
  await inMajority('member', 'update', thirdId, '--peer-urls=http://127.0.0.1:1');
  await diagnose(lab.flags(), {
    ids: ['leader-missing', 'member-lists-differ', 'raft-behind'],
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
