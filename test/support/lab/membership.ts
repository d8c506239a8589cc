/** The members of a lab's cluster, and scenes for commands that change them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from './lab.js';
import { type Newcomer, prepareNewcomer } from './newcomer.js';
import { run } from './program.js';
import type { Scene, SceneValues } from './side-by-side.js';

export interface ListedMember {
  /** Hexadecimal. */
  readonly id: string;
  readonly isStarted: boolean;
  readonly name: string;
  readonly peerUrl: string;
  /** Empty until it has started. */
  readonly clientUrl: string;
  readonly isLearner: boolean;
}

/**
 * The peer URL of a member that never starts; a new one for each call. A member's id is computed from its URL and the time in seconds,
 * and the id of a removed member is refused.
 */
function unusedPeerUrl(): string {
  port = (port % 1000) + 1;
  return `http://127.0.0.1:${port}`;
}
let port = 0;

/** The timeout for changes of membership. Members refuse them until they have been connected to each other for five seconds. */
const MEMBERSHIP_TIMEOUT_MS = 30_000;

/** @param endpoints of members; those of the members that the lab was started with when absent */
export async function membersOf(lab: Lab, endpoints?: readonly string[]): Promise<ListedMember[]> {
  const { stdout, stderr } = await run(lab.etcdctl, [...lab.flags(endpoints), 'member', 'list']);
  if (stdout.length === 0) throw new Error(`the members cannot be listed: ${stderr}`);
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [id = '', status, name = '', peerUrl = '', clientUrl = '', isLearner] = line.split(', ');
      return {
        id,
        isStarted: status === 'started',
        name,
        peerUrl,
        clientUrl,
        isLearner: isLearner === 'true',
      };
    });
}

/** Runs the real etcdctl until it succeeds: changes of membership are refused until the members are connected to each other. */
export async function realEventually(lab: Lab, args: readonly string[]): Promise<string> {
  const deadline = Date.now() + MEMBERSHIP_TIMEOUT_MS;
  for (;;) {
    try {
      return (await lab.real(args)).stdout.toString();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

/** Removes all members that were not started with the lab. */
export async function removeAddedMembers(lab: Lab): Promise<void> {
  for (const { id } of await addedMembersOf(lab)) await realEventually(lab, ['member', 'remove', id]);
}

async function addedMembersOf(lab: Lab): Promise<ListedMember[]> {
  const own = lab.cluster.members.map(({ peerUrl }) => peerUrl);
  return (await membersOf(lab)).filter(({ peerUrl }) => !own.includes(peerUrl));
}

/** The members' ids by name, in hexadecimal (`m1`) and decimal (`m1 decimal`). */
async function idsOf(lab: Lab): Promise<SceneValues> {
  const own = lab.cluster.members.map(({ peerUrl }) => peerUrl);
  const values: Record<string, string> = { peer: own[0] ?? '' };
  for (const { id, peerUrl } of await membersOf(lab)) {
    const name = own.includes(peerUrl) ? `m${own.indexOf(peerUrl) + 1}` : 'new';
    values[name] = id;
    values[`${name} decimal`] = `${BigInt(`0x${id}`)}`;
  }
  return values;
}

/** Only the lab's own members; a member with the peer URL `{url}` can be added. */
export const ownMembers: Scene = {
  name: 'its own members',
  async set(lab) {
    await removeAddedMembers(lab);
    // Wait until members can be added, so that the command's own addition is not refused.
    await realEventually(lab, ['member', 'add', 'probe', `--peer-urls=${unusedPeerUrl()}`, '--learner']);
    await removeAddedMembers(lab);
    return { ...(await idsOf(lab)), url: unusedPeerUrl() };
  },
  after: idsOf,
};

function sceneWithAdded(name: string, ...flags: string[]): Scene {
  return {
    name,
    async set(lab) {
      await removeAddedMembers(lab);
      const url = unusedPeerUrl();
      await realEventually(lab, ['member', 'add', 'new', `--peer-urls=${url}`, ...flags]);
      return { ...(await idsOf(lab)), url, otherUrl: unusedPeerUrl() };
    },
  };
}

/** The member `{new}` at `{url}` has been added and not started; no member has the URL `{otherUrl}`. */
export const unstartedMember = sceneWithAdded('an unstarted member');
export const unstartedLearner = sceneWithAdded('an unstarted learner', '--learner');

/** A running learner that has caught up, so that it can be promoted. It is removed after the command. */
export function runningLearner(): Scene {
  let newcomer: Newcomer | undefined;
  return {
    name: 'a learner that has caught up',
    async set(lab) {
      await removeAddedMembers(lab);
      newcomer = await prepareNewcomer(lab);
      const { name, peerUrl, clientUrl } = newcomer;
      const args = ['member', 'add', name, `--peer-urls=${peerUrl}`, '--learner'];
      await newcomer.start(initialClusterOf(await realEventually(lab, args)));
      return { ...(await idsOf(lab)), 'new peer': peerUrl, 'new client': clientUrl };
    },
    async after(lab) {
      await removeAddedMembers(lab);
      await newcomer?.stop();
      return {};
    },
  };
}

/** The ETCD_INITIAL_CLUSTER in the output of `member add`, with which the new member is started. */
export function initialClusterOf(output: string): string {
  const [, cluster] = /^ETCD_INITIAL_CLUSTER="(.*)"$/m.exec(output) ?? [];
  if (cluster === undefined) throw new Error(`no ETCD_INITIAL_CLUSTER in ${output}`);
  return cluster;
}
