/** Who is a member of a lab's cluster, and scenes in which that changes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from './lab.js';
import { type Newcomer, prepareNewcomer } from './newcomer.js';
import type { Scene, SceneValues } from './side-by-side.js';

export interface ListedMember {
  /** Hexadecimal. */
  readonly id: string;
  readonly isStarted: boolean;
  readonly name: string;
  readonly peerUrl: string;
  readonly isLearner: boolean;
}

/**
 * The peer URL of a member that never starts. Another one each time: an id is made of URL and second, and that of a member which was
 * removed is refused.
 */
function nowhere(): string {
  port = (port % 1000) + 1;
  return `http://127.0.0.1:${port}`;
}
let port = 0;

/** How long the members may take to find each other healthy: they are patient for five seconds after their start. */
const PATIENCE_MS = 30_000;

export async function membersOf(lab: Lab): Promise<ListedMember[]> {
  const { stdout } = await lab.real(['member', 'list']);
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [id = '', status, name = '', peerUrl = '', , isLearner] = line.split(', ');
      return { id, isStarted: status === 'started', name, peerUrl, isLearner: isLearner === 'true' };
    });
}

/** Runs the real etcdctl until it succeeds: changes of membership are refused as long as members have not seen each other. */
export async function realEventually(lab: Lab, args: readonly string[]): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return (await lab.real(args)).stdout.toString();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

/** Removes whoever the lab did not start itself. */
export async function removeStrangers(lab: Lab): Promise<void> {
  for (const { id } of await strangersOf(lab)) await realEventually(lab, ['member', 'remove', id]);
}

async function strangersOf(lab: Lab): Promise<ListedMember[]> {
  const own = lab.cluster.members.map(({ peerUrl }) => peerUrl);
  return (await membersOf(lab)).filter(({ peerUrl }) => !own.includes(peerUrl));
}

/** The ids under names, in both notations: `m1`, `m1 decimal`. */
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

/** None but the lab's own members; one with the peer URL `{url}` can be added. */
export const ownMembers: Scene = {
  name: 'its own members',
  async set(lab) {
    await removeStrangers(lab);
    // An addition that follows must not be refused.
    await realEventually(lab, ['member', 'add', 'probe', `--peer-urls=${nowhere()}`, '--learner']);
    await removeStrangers(lab);
    return { ...(await idsOf(lab)), url: nowhere() };
  },
  after: idsOf,
};

function sceneWithAdded(name: string, ...flags: string[]): Scene {
  return {
    name,
    async set(lab) {
      await removeStrangers(lab);
      const url = nowhere();
      await realEventually(lab, ['member', 'add', 'new', `--peer-urls=${url}`, ...flags]);
      return { ...(await idsOf(lab)), url, otherUrl: nowhere() };
    },
  };
}

/** `{new}` at `{url}` has been added and not been started; nobody is at `{otherUrl}`. */
export const unstartedMember = sceneWithAdded('an unstarted member');
export const unstartedLearner = sceneWithAdded('an unstarted learner', '--learner');

/** A learner that runs and has caught up: it can be promoted. It goes when the command has run. */
export function runningLearner(): Scene {
  let newcomer: Newcomer | undefined;
  return {
    name: 'a learner that has caught up',
    async set(lab) {
      await removeStrangers(lab);
      newcomer = await prepareNewcomer(lab);
      const { name, peerUrl, clientUrl } = newcomer;
      const args = ['member', 'add', name, `--peer-urls=${peerUrl}`, '--learner'];
      await newcomer.start(initialClusterOf(await realEventually(lab, args)));
      return { ...(await idsOf(lab)), 'new peer': peerUrl, 'new client': clientUrl };
    },
    async after(lab) {
      await removeStrangers(lab);
      await newcomer?.stop();
      return {};
    },
  };
}

/** What a new member is started with, out of what `member add` printed. */
export function initialClusterOf(output: string): string {
  const [, cluster] = /^ETCD_INITIAL_CLUSTER="(.*)"$/m.exec(output) ?? [];
  if (cluster === undefined) throw new Error(`no ETCD_INITIAL_CLUSTER in ${output}`);
  return cluster;
}
