import type { DecodedValue } from './decoded-value.js';
import type { DoctorReport } from './doctor.js';
import type {
  BucketRecord,
  FileHashKv,
  SnapshotEntry,
  SnapshotStatus,
  VerifiedSnapshot,
} from './file-reports.js';
import type { ImportChange, ImportReport } from './import.js';
import type { LocalEtcd } from './local-etcd.js';
import type { AlarmRecovery, LocalRestore, MemberReplacement, RollingDefrag } from './maintenance-reports.js';
import type {
  AuthResponse,
  AuthStatusResponse,
  RoleGetResponse,
  RoleListResponse,
  UserGetResponse,
  UserListResponse,
} from './messages/auth.js';
import type { MemberAddResponse, MemberListResponse, MembersResponse } from './messages/cluster.js';
import type {
  DeleteRangeResponse,
  KeyValue,
  PutResponse,
  ReceivedRange,
  TxnResponse,
} from './messages/kv.js';
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
import type { ProgramVersion } from './program-version.js';
import type { StoreDiff } from './store-diff.js';
import type { StoreUse } from './store-use.js';

/** The health of one endpoint. `took` is a Go duration (`2.5ms`), empty when no request was made. */
export interface EndpointHealth {
  readonly endpoint: string;
  readonly isHealthy: boolean;
  readonly took: string;
  /** Empty when healthy. */
  readonly error: string;
}

/** The health of an endpoint that was checked until it was healthy, or until the time was up. */
export interface EndpointHealthState extends EndpointHealth {
  /** `unknown`: authentication or a certificate keeps the answer away. */
  readonly state: 'healthy' | 'unhealthy' | 'unknown';
  /** One sentence; empty when healthy. */
  readonly reason: string;
  readonly attempts: number;
  /** From the first attempt to the end of the last one: a Go duration. */
  readonly waited: string;
}

/** An endpoint without a status. */
export interface EndpointFailure {
  readonly endpoint: string;
  readonly error: string;
  /** Sentences that explain the error. */
  readonly reasons: readonly string[];
}

export interface EndpointStatus {
  readonly endpoint: string;
  readonly response: StatusResponse;
}

export interface EndpointHashKv {
  readonly endpoint: string;
  readonly response: HashKvResponse;
}

/** One profile: a file with values for global flags. */
export interface ProfileSummary {
  readonly name: string;
  readonly file: string;
  /** Empty when it names none, or is invalid. */
  readonly endpoints: readonly string[];
  /** What is wrong with it, if anything. */
  readonly problem: string | undefined;
}

/** The parts of a range to print. */
export interface RangeView {
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly valuesOnly: boolean;
}

/** A part of a range, in key order. `more`: the user's limit leaves out keys after these. */
export type RangePage = Pick<ReceivedRange, 'kvs' | 'more'>;

/** A key with what is in its value. */
export interface DecodedKey {
  readonly kv: Omit<KeyValue, 'value'>;
  /** Absent for the key of a deletion, which has no value. */
  readonly value?: DecodedValue;
}

/** An event of a watch with what is in its values. */
export type DecodedEvent =
  | {
      readonly type: 'put' | 'delete';
      readonly key: DecodedKey;
      readonly previous?: DecodedKey;
    }
  | { readonly type: 'progress'; readonly revision: bigint };

/** Everything that a command can print on stdout. Each printer has an entry for each kind. */
export type Result =
  | { readonly kind: 'put'; readonly response: PutResponse }
  | {
      readonly kind: 'range';
      /** The whole response, or the first page when `rest` is present. */
      readonly response: ReceivedRange;
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
  | { readonly kind: 'endpoint-health-states'; readonly endpoints: readonly EndpointHealthState[] }
  | {
      readonly kind: 'endpoint-status-all';
      readonly endpoints: readonly (EndpointStatus | EndpointFailure)[];
    }
  | { readonly kind: 'endpoint-status'; readonly endpoints: readonly EndpointStatus[] }
  | { readonly kind: 'endpoint-hashkv'; readonly endpoints: readonly EndpointHashKv[] }
  | { readonly kind: 'defrag-rolling'; readonly report: RollingDefrag }
  | { readonly kind: 'alarm-recovery'; readonly report: AlarmRecovery }
  | { readonly kind: 'member-replacement'; readonly report: MemberReplacement }
  | { readonly kind: 'local-restore'; readonly report: LocalRestore }
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
  | { readonly kind: 'store-use'; readonly use: StoreUse }
  | { readonly kind: 'store-diff'; readonly diff: StoreDiff }
  | { readonly kind: 'doctor-report'; readonly report: DoctorReport }
  | { readonly kind: 'snapshot-status'; readonly status: SnapshotStatus }
  | { readonly kind: 'snapshot-verified'; readonly snapshot: VerifiedSnapshot }
  | {
      readonly kind: 'snapshot-list';
      readonly directory: string;
      readonly snapshots: readonly SnapshotEntry[];
    }
  | { readonly kind: 'file-hashkv'; readonly hashKv: FileHashKv }
  | { readonly kind: 'file-hash'; readonly path: string; readonly hash: number }
  | { readonly kind: 'bucket-list'; readonly names: readonly Uint8Array[] }
  /** A part of a bucket, in order; a command emits several of these. */
  | { readonly kind: 'bucket-records'; readonly records: readonly BucketRecord[] }
  | {
      readonly kind: 'profile-list';
      readonly directory: string;
      readonly profiles: readonly ProfileSummary[];
    }
  | { readonly kind: 'local-etcd'; readonly etcd: LocalEtcd; readonly others: readonly LocalEtcd[] }
  /** A page of a range, decoded key by key as they are printed. */
  | { readonly kind: 'decoded-values'; readonly keys: Iterable<DecodedKey>; readonly valuesOnly: boolean }
  | { readonly kind: 'decoded-events'; readonly events: Iterable<DecodedEvent> }
  | { readonly kind: 'import-report'; readonly report: ImportReport }
  /** One key of a dry run; a command emits many of these. */
  | { readonly kind: 'import-change'; readonly key: Uint8Array; readonly change: ImportChange }
  | { readonly kind: 'program-version'; readonly program: ProgramVersion }
  | { readonly kind: 'snapshot-saved'; readonly path: string; readonly serverVersion: string }
  /** The same in every format. */
  | { readonly kind: 'text'; readonly text: string }
  /** Written as they are, in every format. They must not change until `emit` has settled. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

export type ResultKind = Result['kind'];
export type ResultOf<Kind extends ResultKind> = Extract<Result, { kind: Kind }>;
