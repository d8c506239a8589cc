import { V2CallError } from '../../model/v2/errors.js';
import type {
  V2AuthService,
  V2Call,
  V2Permissions,
  V2Role,
  V2RolesService,
  V2User,
  V2UsersService,
} from '../../model/v2/services.js';
import { asArray, asObject, asText, asTexts, type JsonObject, read, requireV2Api } from './answers.js';
import type { Action, HttpCluster, WholeAnswer } from './cluster.js';
import { apiUrl } from './url.js';

/** Asks below `/v2/auth`; a status other than the wanted ones becomes the server's message. */
type Ask = (
  request: {
    readonly method: Action['method'];
    readonly path: readonly string[];
    readonly body?: JsonObject;
  },
  call: V2Call,
) => Promise<WholeAnswer>;

const CHANGED = [200, 201];

/** `/v2/auth/enable` (client/v2/auth_user.go of etcd 3.5). */
export function authService(cluster: HttpCluster): V2AuthService {
  const ask = asker(cluster);
  return {
    async enable(call) {
      await ask({ method: 'PUT', path: ['enable'] }, call);
    },
    async disable(call) {
      await ask({ method: 'DELETE', path: ['enable'] }, call);
    },
  };
}

/** `/v2/auth/users`. */
export function usersService(cluster: HttpCluster): V2UsersService {
  const ask = asker(cluster);
  const put = async (name: string, change: JsonObject, call: V2Call) => {
    const body = { user: name, roles: null, ...change };
    await ask({ method: 'PUT', path: ['users', name], body }, call);
  };
  return {
    async list(call) {
      const answer = await ask({ method: 'GET', path: ['users'] }, call);
      return read(answer, ({ users }) => asArray(users).map((user) => asText(asObject(user).user)));
    },
    async get(name, call) {
      return read(await ask({ method: 'GET', path: ['users', name] }, call), toUser);
    },
    setPassword: (name, password, call) => put(name, password === '' ? {} : { password }, call),
    async remove(name, call) {
      await ask({ method: 'DELETE', path: ['users', name] }, call);
    },
    grant: (name, grant, call) => put(name, { grant }, call),
    revoke: (name, revoke, call) => put(name, { revoke }, call),
  };
}

/** `/v2/auth/roles` (client/v2/auth_role.go). */
export function rolesService(cluster: HttpCluster): V2RolesService {
  const ask = asker(cluster);
  const put = (name: string, change: JsonObject, call: V2Call) => {
    const body = { role: name, permissions: toJson({ read: [], write: [] }), ...change };
    return ask({ method: 'PUT', path: ['roles', name], body }, call);
  };
  return {
    async list(call) {
      const answer = await ask({ method: 'GET', path: ['roles'] }, call);
      return read(answer, ({ roles }) => asArray(roles).map((role) => asText(asObject(role).role)));
    },
    async get(name, call) {
      return read(await ask({ method: 'GET', path: ['roles', name] }, call), toRole);
    },
    async add(name, call) {
      await put(name, {}, call);
    },
    async remove(name, call) {
      await ask({ method: 'DELETE', path: ['roles', name] }, call);
    },
    async grant(name, permissions, call) {
      return read(await put(name, { grant: toJson(permissions) }, call), toRole);
    },
    async revoke(name, permissions, call) {
      return read(await put(name, { revoke: toJson(permissions) }, call), toRole);
    },
  };
}

function asker(cluster: HttpCluster): Ask {
  return async ({ method, path, body }, { signal }) => {
    const answer = await cluster.call({
      method,
      url: (origin) => apiUrl(origin, 'auth', ...path),
      ...(body && { body: JSON.stringify(body), contentType: 'application/json' }),
      signal,
    });
    requireV2Api(answer);
    if (!CHANGED.includes(answer.status)) throw statusOfStreamFailure(answer);
    return answer;
  };
}

function statusOfStreamFailure(answer: WholeAnswer): V2CallError {
  return read(answer, ({ message }) => new V2CallError(asText(message)));
}

/** Roles come by name, or whole, by what was asked. */
function toUser({ user, roles }: JsonObject): V2User {
  const names = asArray(roles).map((role) => (typeof role === 'string' ? role : asText(asObject(role).role)));
  return { name: asText(user), roles: names };
}

function toRole({ role, permissions }: JsonObject): V2Role {
  const { kv } = asObject(permissions ?? {});
  const { read: readable, write } = asObject(kv ?? {});
  return { name: asText(role), read: asTexts(readable), write: asTexts(write) };
}

function toJson({ read: readable, write }: V2Permissions): JsonObject {
  const orNull = (paths: readonly string[]) => (paths.length === 0 ? null : paths);
  return { kv: { read: orNull(readable), write: orNull(write) } };
}
