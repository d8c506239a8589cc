import { setTimeout as delay } from 'node:timers/promises';
import { type Lab, rootPassword } from './lab.js';
import type { Scene } from './side-by-side.js';

type Bytes = string | Uint8Array;

export interface KnownPermission {
  readonly type: 'READ' | 'WRITE' | 'READWRITE';
  readonly key: Bytes;
  /** The range's end; absent: the single key; a zero byte: no end. */
  readonly end?: Bytes;
}

/** Users with their roles, and roles with their permissions. root's password is `rootPassword`, that of other users their name. */
export interface KnownAccounts {
  readonly users?: Readonly<Record<string, readonly string[]>>;
  readonly roles?: Readonly<Record<string, readonly KnownPermission[]>>;
}

/**
 * Exactly these users and roles and, in the auth profile, root. Auth is enabled in the auth profile and disabled in the others.
 * Sets `{endpoint}`, for command lines of another user. For servers without TLS.
 */
export function accounts(wanted: KnownAccounts = {}): Scene {
  const { users = {}, roles = {} } = wanted;
  const names = [...Object.keys(users), ...Object.keys(roles)];
  return {
    name: names.length === 0 ? 'no users and roles' : `users and roles ${names.join(', ')}`,
    async set(lab) {
      const gateway = new Gateway(lab);
      const values = { endpoint: lab.cluster.endpoints[0] ?? '' };
      const last = lastMade.get(lab);
      if (last !== undefined && last.wanted === wanted && last.state === (await gateway.state()))
        return values;
      await gateway.switchUsers(false);
      await gateway.removeAll();
      for (const [role, permissions] of Object.entries(roles)) await gateway.addRole(role, permissions);
      for (const [user, granted] of Object.entries(users)) await gateway.addUser(user, granted);
      if (lab.profile === 'auth') {
        if (!('root' in roles)) await gateway.addRole('root', []);
        if (!('root' in users)) await gateway.addUser('root', ['root']);
        await gateway.switchUsers(true);
      }
      const state = await gateway.state();
      if (state === undefined) lastMade.delete(lab);
      else lastMade.set(lab, { wanted, state });
      return values;
    },
  };
}

/** The accounts made last, and the servers' auth state after that: while the state is the same, the accounts need not be made again. */
const lastMade = new WeakMap<Lab, { readonly wanted: KnownAccounts; readonly state: string }>();

interface AuthStatus {
  readonly enabled?: boolean;
  readonly authRevision?: string;
}

/** The auth calls of the server's JSON gateway. */
class Gateway {
  readonly #endpoint: string;

  constructor({ cluster }: Lab) {
    this.#endpoint = cluster.endpoints[0] ?? '';
  }

  /**
   * The auth revision, and whether auth is enabled, because enabling it does not change the revision. Undefined with servers before 3.5,
   * which do not have this call.
   */
  async state(): Promise<string | undefined> {
    const response = await this.#post('status', {});
    if (!response.ok) return undefined;
    const { enabled = false, authRevision } = (await response.json()) as AuthStatus;
    return authRevision && `${enabled ? 'on' : 'off'}, revision ${authRevision}`;
  }

  async switchUsers(on: boolean): Promise<void> {
    const token = await this.#rootToken();
    if (on === (token !== undefined)) return;
    if (on) await this.#ask('enable', {});
    else await this.#disable(token);
  }

  async removeAll(): Promise<void> {
    const { users = [] } = (await this.#ask('user/list', {})) as { users?: readonly string[] };
    for (const name of users) await this.#ask('user/delete', { name });
    const { roles = [] } = (await this.#ask('role/list', {})) as { roles?: readonly string[] };
    for (const role of roles) await this.#ask('role/delete', { role });
  }

  async addRole(name: string, permissions: readonly KnownPermission[]): Promise<void> {
    await this.#ask('role/add', { name });
    for (const { type, key, end } of permissions) {
      const perm = { permType: type, key: base64(key), ...(end !== undefined && { range_end: base64(end) }) };
      await this.#ask('role/grant', { name, perm });
    }
  }

  async addUser(name: string, roles: readonly string[]): Promise<void> {
    await this.#ask('user/add', { name, password: name === 'root' ? rootPassword : name });
    for (const role of roles) await this.#ask('user/grant', { user: name, role });
  }

  /** Retries, because a busy 3.5 server was seen to answer "permission denied" to root at first. */
  async #disable(token: string | undefined): Promise<void> {
    for (let refusals = 0; ; refusals++) {
      const response = await this.#post('disable', {}, token);
      if (response.ok) return;
      const text = await response.text();
      if (!text.includes('permission denied') || refusals === 20) throw new Error(`auth/disable: ${text}`);
      await delay(100);
    }
  }

  /** Undefined while auth is disabled. */
  async #rootToken(): Promise<string | undefined> {
    const response = await this.#post('authenticate', { name: 'root', password: rootPassword });
    const { token } = (await response.json()) as { token?: string };
    return token;
  }

  async #ask(path: string, body: object, token?: string): Promise<unknown> {
    const response = await this.#post(path, body, token);
    if (!response.ok) throw new Error(`auth/${path}: ${await response.text()}`);
    return response.json();
  }

  #post(path: string, body: object, token?: string): Promise<Response> {
    return fetch(`${this.#endpoint}/v3/auth/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...(token !== undefined && { headers: { Authorization: token } }),
    });
  }
}

function base64(bytes: Bytes): string {
  return Buffer.from(bytes).toString('base64');
}
