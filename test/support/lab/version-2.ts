/** Side-by-side tests of version 2: servers up to 3.5 with the version 2 API, and the newest etcdctl with its commands. */
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { CommandSet } from './command-set.js';
import { type Lab, references } from './lab.js';
import { type Program, programAt } from './program.js';
import type { Scene } from './side-by-side.js';

/** Accepted by all servers that have the API. */
export const ENABLE_V2 = ['--enable-v2=true'];

const FIRST_WITHOUT = '3.6.0';

/** The newest of each minor version, because the API does not change within one. */
export const v2References = references
  .filter(({ version }) => compareVersions(version, FIRST_WITHOUT) < 0)
  .filter(({ version }, at, all) => seriesOf(version) !== seriesOf(all[at + 1]?.version));

function seriesOf(version = ''): string {
  return version.split('.').slice(0, 2).join('.');
}

export function v2Etcdctl(): Program {
  const newest = v2References.at(-1);
  if (newest === undefined) throw new Error('there is no etcdctl at hand that has the version 2 commands');
  return programAt(newest.etcdctl);
}

export const version2: CommandSet = {
  env: { ETCDCTL_API: '2' },
  isServedBy: (version) => v2References.some((each) => each.version === version),
  reference: v2Etcdctl,
  flags(lab, endpoints = lab.cluster.endpoints) {
    const { pki } = lab;
    const files =
      pki === undefined
        ? []
        : ['--ca-file', pki.caCert, '--cert-file', pki.client.cert, '--key-file', pki.client.key];
    return ['--endpoints', endpoints.join(','), ...files];
  },
  async empty(lab) {
    for (const key of await topmostKeys(lab)) await ask(lab, 'DELETE', `keys${key}?recursive=true`);
  },
  async revision(lab) {
    const { headers } = await ask(lab, 'GET', 'keys/');
    return BigInt(headers.get('x-etcd-index') ?? 0);
  },
  relative: (text, base) =>
    text.replace(INDEX, (all, before: string, index: string, after: string) => {
      // 0: no index.
      if (index === '0') return all;
      return `${before}base+${BigInt(index) - base}${after}`;
    }),
  /** The text from the last label on, or the last line. The real etcdctl runs `stty`, which complains when stdin is not a terminal. */
  finalLines(stderr) {
    const lines = stderr
      .toString('latin1')
      .split('\n')
      .filter((line) => !line.startsWith('stty: '));
    const labelAt = lines.findLastIndex((line) => line.startsWith('Error: '));
    if (labelAt >= 0) return lines.slice(labelAt).join('\n');
    return lines.findLast((line) => line !== '');
  },
};

/** Indexes in JSON, in the extended format, at the end of errors, in failed comparisons, and as names of in-order keys. */
const INDEX = /("(?:created|modified)Index":|Index: |\/0{10}|!= | \[)(\d+)(\]?)/g;

interface Options {
  readonly body?: string;
  readonly user?: string;
}

/** One request to the first server, without TLS. */
async function ask(lab: Lab, method: string, path: string, { body, user }: Options = {}): Promise<Response> {
  const url = `${lab.cluster.endpoints[0]}/v2/${path}`;
  return fetch(url, {
    method,
    ...(body !== undefined && { body }),
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(user !== undefined && { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
    },
  });
}

async function topmostKeys(lab: Lab): Promise<readonly string[]> {
  const { node } = (await (await ask(lab, 'GET', 'keys/')).json()) as {
    node: { nodes?: readonly { key: string }[] };
  };
  return (node.nodes ?? []).map(({ key }) => encodeURI(key));
}

/** Users with their roles, and roles with the paths that they permit for `read` and `write`. */
export interface V2Accounts {
  readonly users?: Readonly<Record<string, readonly string[]>>;
  readonly roles?: Readonly<
    Record<string, { readonly read?: readonly string[]; readonly write?: readonly string[] }>
  >;
  /** Enables auth; there is then also the user root. The password of each user is the user's name. */
  readonly isOn?: boolean;
}

const ROOT = 'root:root';

export function v2Accounts({ users = {}, roles = {}, isOn = false }: V2Accounts = {}): Scene {
  const names = [...Object.keys(users), ...Object.keys(roles), ...(isOn ? ['users on'] : [])];
  const name = names.length === 0 ? 'no users and roles' : names.join(', ');
  return {
    name,
    async set(lab) {
      const last = lastMade.get(lab);
      if (last?.scene === name && last.index === (await indexOf(lab))) return {};
      await ask(lab, 'DELETE', 'auth/enable', { user: ROOT });
      await removeAll(lab);
      for (const [role, { read = [], write = [] }] of Object.entries(roles)) {
        await put(lab, `roles/${role}`, { role, permissions: { kv: { read, write } } });
      }
      const all = isOn ? { root: [], ...users } : users;
      for (const [user, granted] of Object.entries(all)) {
        await put(lab, `users/${user}`, { user, password: user, roles: granted });
      }
      if (isOn) await ask(lab, 'PUT', 'auth/enable');
      lastMade.set(lab, { scene: name, index: await indexOf(lab) });
      return {};
    },
    // Empty the store for the next case.
    async after(lab) {
      await ask(lab, 'DELETE', 'auth/enable', { user: ROOT });
      return {};
    },
  };
}

/** The scene set up last, and the index of the store after that, which also counts changes of users and roles. */
const lastMade = new WeakMap<Lab, { readonly scene: string; readonly index: string | null }>();

async function indexOf(lab: Lab): Promise<string | null> {
  return (await ask(lab, 'GET', 'keys/')).headers.get('x-etcd-index');
}

async function removeAll(lab: Lab): Promise<void> {
  const { users } = (await (await ask(lab, 'GET', 'auth/users')).json()) as {
    users: readonly { user: string }[] | null;
  };
  for (const { user } of users ?? []) await ask(lab, 'DELETE', `auth/users/${user}`);
  const { roles } = (await (await ask(lab, 'GET', 'auth/roles')).json()) as {
    roles: readonly { role: string }[] | null;
  };
  // The role root cannot be removed; guest is created again when auth is enabled.
  for (const { role } of roles ?? []) if (role !== 'root') await ask(lab, 'DELETE', `auth/roles/${role}`);
}

async function put(lab: Lab, path: string, content: object): Promise<void> {
  const response = await ask(lab, 'PUT', `auth/${path}`, { body: JSON.stringify(content) });
  if (!response.ok) throw new Error(`auth/${path}: ${await response.text()}`);
}
