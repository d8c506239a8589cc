import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../support/lab/lab.js';
import { run } from '../../support/lab/program.js';
import { type Scene, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';
import { ENABLE_V2, v2Etcdctl, version2 } from '../../support/lab/version-2.js';

const settings = { commands: version2, extraArgs: ENABLE_V2, reset: [] };

/** The timeout for changes of membership, which members refuse until they have been connected for five seconds. */
const MEMBERSHIP_TIMEOUT_MS = 30_000;

/**
 * A new peer URL for each call: a member's id is computed from its URL and the time in seconds, and that of a removed member is refused.
 */
function unusedPeerUrl(): string {
  host = (host % 250) + 1;
  return `http://127.77.0.${host}:1`;
}
let host = 0;

async function real(lab: Lab, ...args: readonly string[]): Promise<string> {
  const deadline = Date.now() + MEMBERSHIP_TIMEOUT_MS;
  for (;;) {
    const { code, stdout, stderr } = await run(v2Etcdctl(), [...version2.flags(lab), ...args], {
      env: version2.env,
    });
    if (code === 0) return stdout.toString();
    // Changes of membership are refused until the members are connected to each other.
    if (Date.now() > deadline) throw new Error(`${args.join(' ')}: ${stderr}`);
    await delay(100);
  }
}

async function idsOf(lab: Lab): Promise<Record<string, string>> {
  const lines = (await real(lab, 'member', 'list')).trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [, id = ''] = /^([0-9a-f]+)/.exec(line) ?? [];
      const [, name = 'new'] = / name=(\S+)/.exec(line) ?? [];
      return [name, id];
    }),
  );
}

/** Only the lab's own members. */
const ownMembers: Scene = {
  name: 'its own members',
  async set(lab) {
    const { new: stranger } = await idsOf(lab);
    if (stranger !== undefined) await real(lab, 'member', 'remove', stranger);
    return { ...(await idsOf(lab)), url: unusedPeerUrl() };
  },
  after: idsOf,
};

/** One more member, `{new}` at `{url}`, which has been added and not started. */
const unstarted: Scene = {
  name: 'an unstarted member',
  async set(lab) {
    const { url = '' } = await ownMembers.set(lab);
    await real(lab, 'member', 'add', 'new', url);
    return { ...(await idsOf(lab)), url, otherUrl: unusedPeerUrl() };
  },
};

/** Sorts the members: they are listed in the order of their ids, and that of a new member is random. */
const anyOrder = {
  pattern: /^.+$/s,
  replacement: (text: string) =>
    text
      .split('\n')
      .map((line) => line.replace(/(?<=CLUSTER=").*(?=")/, (list) => list.split(',').sort().join(',')))
      .sort()
      .join('\n'),
};

const members: readonly SideBySideCase[] = [
  { run: 'member list', scene: ownMembers },
  { run: '-o json member list', scene: ownMembers },
  { run: '--no-sync member list', scene: ownMembers },
  { run: 'member list surplus', scene: ownMembers },
  { run: 'member list', scene: unstarted, mask: anyOrder },
  { run: 'member add', scene: ownMembers },
  { run: 'member add new', scene: ownMembers },
  { run: 'member add new {url}', scene: ownMembers, mask: anyOrder },
  { run: ['member', 'add', 'na"me', '{url}'], scene: ownMembers, mask: anyOrder },
  { run: 'member add new {url} surplus', scene: ownMembers },
  { run: 'member add new {peer}', scene: ownMembers },
  { run: 'member add new 127.0.0.1:1', scene: ownMembers },
  { run: 'member add new nonsense', scene: ownMembers },
  { run: 'member add new http://127.0.0.1', scene: ownMembers },
  { run: 'member add new http://127.0.0.1:1/path', scene: ownMembers },
  { run: 'member add new ftp://127.0.0.1:1', scene: ownMembers },
  { run: 'member remove', scene: ownMembers },
  { run: 'member remove {new}', scene: unstarted },
  { run: 'member remove m1', scene: ownMembers },
  { run: 'member remove 1234', scene: ownMembers },
  { run: 'member remove 0x{new}', scene: unstarted },
  { run: 'member update', scene: ownMembers },
  { run: 'member update {new}', scene: unstarted },
  { run: 'member update {new} {otherUrl}', scene: unstarted },
  { run: 'member update {new} {otherUrl},http://127.0.0.1:2', scene: unstarted },
  { run: 'member update 1234 {url}', scene: ownMembers },
  { run: 'member update xyz {url}', scene: ownMembers },
  { run: 'member update {new} nonsense', scene: unstarted },
];

const health: readonly SideBySideCase[] = [
  { run: 'cluster-health', scene: ownMembers },
  { run: 'cluster-health surplus', scene: ownMembers },
  { run: '--no-sync cluster-health', scene: ownMembers },
  { run: 'cluster-health', scene: unstarted, mask: anyOrder },
];

sideBySide('version 2, three members', [...members, ...health], { ...settings, members: 3, reach: 'first' });

const keys: readonly SideBySideCase[] = [
  { run: 'get /missing' },
  { run: 'ls /missing' },
  { run: 'member list' },
  { run: 'cluster-health' },
  { run: 'user list' },
  { run: 'role get root' },
  { run: 'auth disable' },
  { run: '--no-sync get /missing' },
];

sideBySide('version 2 over TLS', keys, { ...settings, profile: 'tls' });
