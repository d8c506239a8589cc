import type * as keys from './keys.js';

/** Users and roles of the version 2 API, which are not those of version 3 (client/v2/auth_user.go and auth_role.go of etcd 3.5). */

export interface V2User {
  readonly name: string;
  readonly roles: readonly string[];
}

/** What a user with the role may do, by paths; a `*` at the end of one stands for everything below it. */
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
  /** Empty: it has not been started yet. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

export interface V2Call {
  /** Ends the call early; the promise then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** A long poll that the server has accepted. */
export interface KeyPoll {
  /** The cluster's index when the poll began: changes up to it will not be told. */
  readonly index: bigint;
  /** The change, or nothing when the server ended the poll without one. Asked for once. */
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
  /** Adds the user, or gives the one that is there another password. */
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
  /** Both give the role as it is then. */
  grant(name: string, permissions: V2Permissions, call: V2Call): Promise<V2Role>;
  revoke(name: string, permissions: V2Permissions, call: V2Call): Promise<V2Role>;
}

export interface V2AuthService {
  enable(call: V2Call): Promise<void>;
  disable(call: V2Call): Promise<void>;
}

/** Whether a member says that it is healthy, or why that could not be asked. */
export type V2Health = boolean | { readonly failure: string };

/** A client of the version 2 API of one cluster. `close` ends its connections; calling it twice is harmless. */
export interface V2Client {
  readonly keys: V2KeysService;
  readonly members: V2MembersService;
  readonly users: V2UsersService;
  readonly roles: V2RolesService;
  readonly auth: V2AuthService;
  /** Where calls go, in this order. */
  readonly endpoints: readonly string[];
  /** Takes the client URLs of all members for its endpoints from now on. */
  sync(call: V2Call): Promise<void>;
  /** Asks one member at its client URL; rejects only when the signal aborts. */
  health(clientUrl: string, call: V2Call): Promise<V2Health>;
  close(): void;
}
