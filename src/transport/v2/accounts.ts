import type {
  V2AuthService,
  V2Call,
  V2Permissions,
  V2Role,
  V2RolesService,
  V2User,
  V2UsersService,
} from '../../model/v2/services.js';
import type { Action, BufferedResponse, HttpCluster } from './cluster.js';
import {
  asArray,
  asObject,
  asText,
  asTexts,
  type JsonObject,
  read,
  requireV2Api,
  serverMessageError,
} from './responses.js';
import { apiUrl } from './url.js';

/** Sends a request to a path below `/v2/auth`. Rejects with the server's message for a status other than `SUCCESS_STATUSES`. */
type SendAuthRequest = (
  request: {
    readonly method: Action['method'];
    readonly path: readonly string[];
    readonly body?: JsonObject;
  },
  call: V2Call,
) => Promise<BufferedResponse>;

const SUCCESS_STATUSES = [200, 201];

/** `/v2/auth/enable` (client/v2/auth_user.go of etcd 3.5). */
export function authService(cluster: HttpCluster): V2AuthService {
  const send = authRequestSender(cluster);
  return {
    async enable(call) {
      await send({ method: 'PUT', path: ['enable'] }, call);
    },
    async disable(call) {
      await send({ method: 'DELETE', path: ['enable'] }, call);
    },
  };
}

/** `/v2/auth/users`. */
export function usersService(cluster: HttpCluster): V2UsersService {
  const send = authRequestSender(cluster);
  const put = async (name: string, change: JsonObject, call: V2Call) => {
    const body = { user: name, roles: null, ...change };
    await send({ method: 'PUT', path: ['users', name], body }, call);
  };
  return {
    async list(call) {
      const response = await send({ method: 'GET', path: ['users'] }, call);
      return read(response, ({ users }) => asArray(users).map((user) => asText(asObject(user).user)));
    },
    async get(name, call) {
      return read(await send({ method: 'GET', path: ['users', name] }, call), toUser);
    },
    setPassword: (name, password, call) => put(name, password === '' ? {} : { password }, call),
    async remove(name, call) {
      await send({ method: 'DELETE', path: ['users', name] }, call);
    },
    grant: (name, grant, call) => put(name, { grant }, call),
    revoke: (name, revoke, call) => put(name, { revoke }, call),
  };
}

/** `/v2/auth/roles` (client/v2/auth_role.go). */
export function rolesService(cluster: HttpCluster): V2RolesService {
  const send = authRequestSender(cluster);
  const put = (name: string, change: JsonObject, call: V2Call) => {
    const body = { role: name, permissions: toJson({ read: [], write: [] }), ...change };
    return send({ method: 'PUT', path: ['roles', name], body }, call);
  };
  return {
    async list(call) {
      const response = await send({ method: 'GET', path: ['roles'] }, call);
      return read(response, ({ roles }) => asArray(roles).map((role) => asText(asObject(role).role)));
    },
    async get(name, call) {
      return read(await send({ method: 'GET', path: ['roles', name] }, call), toRole);
    },
    async add(name, call) {
      await put(name, {}, call);
    },
    async remove(name, call) {
      await send({ method: 'DELETE', path: ['roles', name] }, call);
    },
    async grant(name, permissions, call) {
      return read(await put(name, { grant: toJson(permissions) }, call), toRole);
    },
    async revoke(name, permissions, call) {
      return read(await put(name, { revoke: toJson(permissions) }, call), toRole);
    },
  };
}

function authRequestSender(cluster: HttpCluster): SendAuthRequest {
  return async ({ method, path, body }, { signal }) => {
    const response = await cluster.call({
      method,
      url: (origin) => apiUrl(origin, 'auth', ...path),
      ...(body && { body: JSON.stringify(body), contentType: 'application/json' }),
      signal,
    });
    requireV2Api(response);
    if (!SUCCESS_STATUSES.includes(response.status)) throw serverMessageError(response);
    return response;
  };
}

/** Depending on the request, roles are names or objects. */
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
