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
