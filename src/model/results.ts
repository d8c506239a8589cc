import type {
  AuthResponse,
  AuthStatusResponse,
  Permission,
  RoleGetResponse,
  RoleListResponse,
  UserGetResponse,
  UserListResponse,
} from './messages/auth.js';
import type { MemberAddResponse, MemberListResponse, MembersResponse } from './messages/cluster.js';
import type { DeleteRangeResponse, PutResponse, RangeResponse, TxnResponse } from './messages/kv.js';
import type {
  LeaseGrantResponse,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRevokeResponse,
  LeaseTimeToLiveResponse,
} from './messages/lease.js';
import type {
  AlarmResponse,
  DowngradeResponse,
  HashKvResponse,
  MoveLeaderResponse,
  StatusResponse,
} from './messages/maintenance.js';
import type { WatchResponse } from './messages/watch.js';

/** A revision as the records in a database file have it. */
export interface RecordedRevision {
  readonly main: bigint;
  readonly sub: bigint;
}

/** One key-value pair of a bucket of a database file: raw, or decoded as etcd-dump-db decodes it. */
export type BucketRecord =
  | { readonly kind: 'raw'; readonly key: Uint8Array; readonly value: Uint8Array }
  | {
      readonly kind: 'change';
      readonly revision: RecordedRevision;
      readonly isTombstone: boolean;
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly createRevision: bigint;
      readonly modRevision: bigint;
      readonly version: bigint;
    }
  | { readonly kind: 'lease'; readonly id: bigint; readonly ttl: bigint; readonly remainingTtl: bigint }
  | { readonly kind: 'role'; readonly name: Uint8Array; readonly permissions: readonly Permission[] }
  | {
      readonly kind: 'user';
      readonly name: Uint8Array;
      readonly roles: readonly string[];
      /** `undefined` when the record has no options. */
      readonly options: { readonly noPassword: boolean } | undefined;
    }
  | { readonly kind: 'number'; readonly key: Uint8Array; readonly value: bigint }
  | { readonly kind: 'revision'; readonly key: Uint8Array; readonly value: RecordedRevision }
  /** A value that is printed as a list of numbers, one for each byte. */
  | { readonly kind: 'bytes'; readonly key: Uint8Array; readonly value: Uint8Array };

/** The health of one endpoint. `took` is a Go duration (`2.5ms`), empty when no request was made. */
export interface EndpointHealth {
  readonly endpoint: string;
  readonly isHealthy: boolean;
  readonly took: string;
  /** Empty when healthy. */
  readonly error: string;
}

export interface EndpointStatus {
  readonly endpoint: string;
  readonly response: StatusResponse;
}

export interface EndpointHashKv {
  readonly endpoint: string;
  readonly response: HashKvResponse;
}

/** The statistics of a database file. */
export interface SnapshotStatus {
  /** CRC-32C. */
  readonly hash: number;
  readonly revision: bigint;
  readonly totalKeys: number;
  readonly totalSizeBytes: number;
  /** The version of the storage schema, empty before etcd 3.6; `undefined` for commands that do not print it. */
  readonly version: string | undefined;
}

/** The statistics of a snapshot in which no error was found. */
export interface VerifiedSnapshot {
  readonly path: string;
  /** `missing`: the file is a copy of a database, without the checksum that `snapshot save` appends. */
  readonly checksum: 'good' | 'missing';
  readonly buckets: number;
  readonly records: number;
  readonly databaseBytes: number;
}

/** The hash of the key history in a database file. */
export interface FileHashKv {
  readonly hash: number;
  readonly hashRevision: bigint;
  /** −1 when the store was never compacted. */
  readonly compactRevision: bigint;
}

/** The parts of a range to print. */
export interface RangeView {
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly valuesOnly: boolean;
}

/** A part of a range, in key order. `more`: the user's limit leaves out keys after these. */
export type RangePage = Pick<RangeResponse, 'kvs' | 'more'>;

/** Everything that a command can print on stdout. Each printer has an entry for each kind. */
export type Result =
  | { readonly kind: 'put'; readonly response: PutResponse }
  | {
      readonly kind: 'range';
      /** The whole response, or the first page when `rest` is present. */
      readonly response: RangeResponse;
      /** The pages after the first. `more` of the last page is then that of the whole range. */
      readonly rest?: AsyncIterable<RangePage>;
      readonly view: RangeView;
    }
  | { readonly kind: 'delete-range'; readonly response: DeleteRangeResponse }
  | { readonly kind: 'txn'; readonly response: TxnResponse }
  | { readonly kind: 'watch'; readonly response: WatchResponse }
  | { readonly kind: 'lease-grant'; readonly response: LeaseGrantResponse }
  | { readonly kind: 'lease-revoke'; readonly id: bigint; readonly response: LeaseRevokeResponse }
  | { readonly kind: 'lease-keep-alive'; readonly response: LeaseKeepAliveResponse }
  | {
      readonly kind: 'lease-time-to-live';
      readonly response: LeaseTimeToLiveResponse;
      readonly withKeys: boolean;
    }
  | { readonly kind: 'lease-list'; readonly response: LeaseLeasesResponse }
  | { readonly kind: 'member-add'; readonly response: MemberAddResponse }
  | { readonly kind: 'member-remove'; readonly id: bigint; readonly response: MembersResponse }
  | { readonly kind: 'member-update'; readonly id: bigint; readonly response: MembersResponse }
  | { readonly kind: 'member-promote'; readonly id: bigint; readonly response: MembersResponse }
  | { readonly kind: 'member-list'; readonly response: MemberListResponse }
  | { readonly kind: 'endpoint-health'; readonly endpoints: readonly EndpointHealth[] }
  | { readonly kind: 'endpoint-status'; readonly endpoints: readonly EndpointStatus[] }
  | { readonly kind: 'endpoint-hashkv'; readonly endpoints: readonly EndpointHashKv[] }
  | {
      readonly kind: 'move-leader';
      readonly leader: bigint;
      readonly target: bigint;
      readonly response: MoveLeaderResponse;
    }
  | {
      readonly kind: 'downgrade';
      readonly action: 'validate' | 'enable' | 'cancel';
      readonly response: DowngradeResponse;
    }
  | { readonly kind: 'alarm'; readonly response: AlarmResponse }
  | { readonly kind: 'auth-status'; readonly response: AuthStatusResponse }
  | { readonly kind: 'user-add'; readonly user: string; readonly response: AuthResponse }
  | { readonly kind: 'user-get'; readonly user: string; readonly response: UserGetResponse }
  | { readonly kind: 'user-list'; readonly response: UserListResponse }
  | { readonly kind: 'user-delete'; readonly user: string; readonly response: AuthResponse }
  | { readonly kind: 'user-change-password'; readonly response: AuthResponse }
  | {
      readonly kind: 'user-grant-role';
      readonly user: string;
      readonly role: string;
      readonly response: AuthResponse;
    }
  | {
      readonly kind: 'user-revoke-role';
      readonly user: string;
      readonly role: string;
      readonly response: AuthResponse;
    }
  | { readonly kind: 'role-add'; readonly role: string; readonly response: AuthResponse }
  | { readonly kind: 'role-get'; readonly role: string; readonly response: RoleGetResponse }
  | { readonly kind: 'role-list'; readonly response: RoleListResponse }
  | { readonly kind: 'role-delete'; readonly role: string; readonly response: AuthResponse }
  | { readonly kind: 'role-grant-permission'; readonly role: string; readonly response: AuthResponse }
  | {
      readonly kind: 'role-revoke-permission';
      readonly role: string;
      readonly key: Uint8Array;
      /** Empty: the single key. */
      readonly rangeEnd: Uint8Array;
      readonly response: AuthResponse;
    }
  | { readonly kind: 'snapshot-status'; readonly status: SnapshotStatus }
  | { readonly kind: 'snapshot-verified'; readonly snapshot: VerifiedSnapshot }
  | { readonly kind: 'file-hashkv'; readonly hashKv: FileHashKv }
  | { readonly kind: 'file-hash'; readonly path: string; readonly hash: number }
  | { readonly kind: 'bucket-list'; readonly names: readonly Uint8Array[] }
  /** A part of a bucket, in order; a command emits several of these. */
  | { readonly kind: 'bucket-records'; readonly records: readonly BucketRecord[] }
  | { readonly kind: 'snapshot-saved'; readonly path: string; readonly serverVersion: string }
  /** The same in every format: versions, help, completion scripts. */
  | { readonly kind: 'text'; readonly text: string };

export type ResultKind = Result['kind'];
export type ResultOf<Kind extends ResultKind> = Extract<Result, { kind: Kind }>;
