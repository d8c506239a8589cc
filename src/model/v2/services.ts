import type * as keys from './keys.js';

/**
 * The services of the version 2 API. Its users and roles are separate from those of version 3 (client/v2/auth_user.go and
 * auth_role.go of etcd 3.5).
 */

export interface V2User {
  readonly name: string;
  readonly roles: readonly string[];
}

/** A role with its permissions by path. A `*` at the end of a path stands for everything below it. */
export interface V2Role {
  readonly name: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
}

export interface V2Permissions {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** A member as the version 2 API describes it (client/v2/members.go of etcd 3.5). */
export interface V2Member {
  /** Hexadecimal. */
  readonly id: string;
  /** Empty: the member has not been started yet. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

export interface V2Call {
  /** Ends the call early; the promise then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** A long poll whose response headers have arrived. */
export interface KeyPoll {
  /**
   * `X-Etcd-Index` of the response headers: the cluster's index when the poll started. The poll does not return changes up to this index.
   */
  readonly index: bigint;
  /** Settles with the change, or with `undefined` when the server ended the poll without one. Call it once. */
  response(): Promise<keys.KeysResponse | undefined>;
}

/** All services reject with a `V2CallError`. */
export interface V2KeysService {
  get(request: keys.KeyGetRequest, call: V2Call): Promise<keys.KeysResponse>;
  set(request: keys.KeySetRequest, call: V2Call): Promise<keys.KeysResponse>;
  createInOrder(request: keys.KeyCreateInOrderRequest, call: V2Call): Promise<keys.KeysResponse>;
  delete(request: keys.KeyDeleteRequest, call: V2Call): Promise<keys.KeysResponse>;
  poll(request: keys.KeyPollRequest, call: V2Call): Promise<KeyPoll>;
}

export interface V2MembersService {
  list(call: V2Call): Promise<readonly V2Member[]>;
  leader(call: V2Call): Promise<V2Member>;
  add(peerUrls: readonly string[], call: V2Call): Promise<V2Member>;
  remove(id: string, call: V2Call): Promise<void>;
  update(id: string, peerUrls: readonly string[], call: V2Call): Promise<void>;
}

export interface V2UsersService {
  list(call: V2Call): Promise<readonly string[]>;
  get(name: string, call: V2Call): Promise<V2User>;
  /** Creates the user, or changes the password of an existing user. */
  setPassword(name: string, password: string, call: V2Call): Promise<void>;
  remove(name: string, call: V2Call): Promise<void>;
  grant(name: string, roles: readonly string[], call: V2Call): Promise<void>;
  revoke(name: string, roles: readonly string[], call: V2Call): Promise<void>;
}

export interface V2RolesService {
  list(call: V2Call): Promise<readonly string[]>;
  get(name: string, call: V2Call): Promise<V2Role>;
  add(name: string, call: V2Call): Promise<void>;
  remove(name: string, call: V2Call): Promise<void>;
  /** Settles with the role after the change, as does `revoke`. */
  grant(name: string, permissions: V2Permissions, call: V2Call): Promise<V2Role>;
  revoke(name: string, permissions: V2Permissions, call: V2Call): Promise<V2Role>;
}

export interface V2AuthService {
  enable(call: V2Call): Promise<void>;
  disable(call: V2Call): Promise<void>;
}

/** Whether a member reports that it is healthy, or why the request failed. */
export type V2Health = boolean | { readonly failure: string };

/** A client of the version 2 API of one cluster. `close` ends its connections; it can be called twice. */
export interface V2Client {
  readonly keys: V2KeysService;
  readonly members: V2MembersService;
  readonly users: V2UsersService;
  readonly roles: V2RolesService;
  readonly auth: V2AuthService;
  /** The endpoints that calls are sent to, in this order. */
  readonly endpoints: readonly string[];
  /** Replaces the endpoints with the client URLs of all members. */
  sync(call: V2Call): Promise<void>;
  /** Requests the health of one member at its client URL. Rejects only when the signal aborts. */
  health(clientUrl: string, call: V2Call): Promise<V2Health>;
  close(): void;
}
