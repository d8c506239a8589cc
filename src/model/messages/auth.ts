/** Users, roles and permissions: authpb, and the Auth service of etcdserverpb (etcd api/v3). */
import type { ResponseHeader } from './header.js';

/** Numbers of authpb.Permission.Type. */
export const PermissionType = { read: 0, write: 1, readWrite: 2 } as const;
export type PermissionType = (typeof PermissionType)[keyof typeof PermissionType];

export interface Permission {
  readonly permType: PermissionType;
  readonly key: Uint8Array;
  /** Empty: the single key. One zero byte: all keys from `key` on. */
  readonly rangeEnd: Uint8Array;
}

/** The response of most calls. */
export interface AuthResponse {
  readonly header?: ResponseHeader | undefined;
}

export interface AuthStatusResponse extends AuthResponse {
  readonly enabled: boolean;
  readonly authRevision: bigint;
}

export interface UserAddRequest {
  readonly name: string;
  readonly password?: string;
  readonly options?: { readonly noPassword: boolean };
}

export interface UserGetResponse extends AuthResponse {
  readonly roles: readonly string[];
}

export interface UserListResponse extends AuthResponse {
  readonly users: readonly string[];
}

export interface UserChangePasswordRequest {
  readonly name: string;
  readonly password: string;
}

export interface UserGrantRoleRequest {
  readonly user: string;
  readonly role: string;
}

export interface UserRevokeRoleRequest {
  readonly name: string;
  readonly role: string;
}

export interface RoleGetResponse extends AuthResponse {
  readonly perm: readonly Permission[];
}

export interface RoleListResponse extends AuthResponse {
  readonly roles: readonly string[];
}

export interface RoleGrantPermissionRequest {
  readonly name: string;
  readonly perm: {
    readonly permType: PermissionType;
    readonly key: Uint8Array;
    readonly rangeEnd?: Uint8Array;
  };
}

export interface RoleRevokePermissionRequest {
  readonly role: string;
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
}
