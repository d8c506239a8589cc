/** The version 2 commands side by side: servers up to 3.5 with the version 2 API, and the newest etcdctl that still has them. */
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { CommandSet } from './command-set.js';
import { type Lab, references } from './lab.js';
import { type Program, programAt } from './program.js';
import type { Scene } from './side-by-side.js';

/** Every server takes it that has the API at all. */
export const ENABLE_V2 = ['--enable-v2=true'];

const FIRST_WITHOUT = '3.6.0';

/** The newest of each minor version: nothing about the API changes within one. */
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
      // No index at all.
      if (index === '0') return all;
      return `${before}base+${BigInt(index) - base}${after}`;
    }),
  /** From the last label on, or the last line. `stty` complains for the real etcdctl that standard input is no terminal. */
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

/** In JSON, in the extended format, at the end of errors, in failed comparisons, and as the names of keys that are in order. */
const INDEX = /("(?:created|modified)Index":|Index: |\/0{10}|!= | \[)(\d+)(\]?)/g;

interface Options {
  readonly body?: string;
  readonly user?: string;
}

/** One request to the first server; tls labs have none, for nothing here brings certificates along. */
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

/** Users with their roles, and roles with what they permit: paths, by `read` and `write`. */
export interface V2Accounts {
  readonly users?: Readonly<Record<string, readonly string[]>>;
  readonly roles?: Readonly<
    Record<string, { readonly read?: readonly string[]; readonly write?: readonly string[] }>
  >;
  /** Users have to log in; then there is also root, whose password is `root`. Everybody's password is their name. */
  readonly isOn?: boolean;
}

const ROOT = 'root:root';

export function v2Accounts({ users = {}, roles = {}, isOn = false }: V2Accounts = {}): Scene {
  const names = [...Object.keys(users), ...Object.keys(roles), ...(isOn ? ['users on'] : [])];
  const name = names.length === 0 ? 'no users and roles' : names.join(', ');
  return {
    name,
    async set(lab) {
      const last = made.get(lab);
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
      made.set(lab, { scene: name, index: await indexOf(lab) });
      return {};
    },
    // The store has to be empty for the next case.
    async after(lab) {
      await ask(lab, 'DELETE', 'auth/enable', { user: ROOT });
      return {};
    },
  };
}

/** What was made last, and the index of the store after it, which counts changes of users and roles too. */
const made = new WeakMap<Lab, { readonly scene: string; readonly index: string | null }>();

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
  // That of root cannot be removed; guest is there again as soon as users are on.
  for (const { role } of roles ?? []) if (role !== 'root') await ask(lab, 'DELETE', `auth/roles/${role}`);
}

async function put(lab: Lab, path: string, content: object): Promise<void> {
  const response = await ask(lab, 'PUT', `auth/${path}`, { body: JSON.stringify(content) });
  if (!response.ok) throw new Error(`auth/${path}: ${await response.text()}`);
}
