import type * as auth from './messages/auth.js';
import type * as cluster from './messages/cluster.js';
import type * as kv from './messages/kv.js';
import type * as lease from './messages/lease.js';
import type * as maintenance from './messages/maintenance.js';
import type * as watch from './messages/watch.js';

/** The options of one call. */
export interface CallOptions {
  /** Ends the call early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds until `context deadline exceeded`; `undefined`: the client's own, `null`: no limit. */
  readonly timeoutMs?: number | null | undefined;
  /** Shortens the timeout, that of the client too. */
  readonly maxTimeoutMs?: number;
  /** The call may be made several times, although it is a write: the caller accepts what a second one answers. */
  readonly isRepeatable?: boolean;
}

export interface StreamOptions extends CallOptions {
  /** The stream fails when the member has no leader (the `hasleader` metadata of client/v3 `WithRequireLeader`). */
  readonly requiresLeader?: boolean;
  /** A response is used only until the next one is asked for: where the transport can, its memory gets a later response. */
  readonly reusesMemory?: boolean;
  /** The timeout applies to each response instead of the whole call. It is paused while the consumer handles a response. */
  readonly limitsEachResponse?: boolean;
  /** Timeout for each response, like that of `limitsEachResponse`, when the call has no timeout. */
  readonly silenceTimeoutMs?: number;
}

type Empty = Record<string, never>;
type Name = { readonly name: string };

type Unary<Request, Response> = (request: Request, call?: CallOptions) => Promise<Response>;
type ServerStream<Request, Response> = (request: Request, call?: StreamOptions) => AsyncIterable<Response>;
/** The call ends when the requests or the responses end. It is never retried. */
type BidiStream<Request, Response> = (
  requests: AsyncIterable<Request>,
  call?: StreamOptions,
) => AsyncIterable<Response>;

/** The services of an etcd cluster, by their gRPC names. All reject with `ServerError` or `ConnectionError`. */
export interface KvService {
  readonly range: Unary<kv.RangeRequest, kv.ReceivedRange>;
  readonly rangeStream: ServerStream<kv.RangeRequest, kv.RangeStreamResponse>;
  readonly put: Unary<kv.PutRequest, kv.PutResponse>;
  readonly deleteRange: Unary<kv.DeleteRangeRequest, kv.DeleteRangeResponse>;
  readonly txn: Unary<kv.TxnRequest, kv.TxnResponse>;
  readonly compact: Unary<kv.CompactionRequest, kv.CompactionResponse>;
}

export interface WatchService {
  readonly watch: BidiStream<watch.WatchRequest, watch.WatchResponse>;
}

export interface LeaseService {
  readonly leaseGrant: Unary<lease.LeaseGrantRequest, lease.LeaseGrantResponse>;
  readonly leaseRevoke: Unary<lease.LeaseRevokeRequest, lease.LeaseRevokeResponse>;
  readonly leaseKeepAlive: BidiStream<lease.LeaseKeepAliveRequest, lease.LeaseKeepAliveResponse>;
  readonly leaseTimeToLive: Unary<lease.LeaseTimeToLiveRequest, lease.LeaseTimeToLiveResponse>;
  readonly leaseLeases: Unary<Empty, lease.LeaseLeasesResponse>;
}

export interface ClusterService {
  readonly memberAdd: Unary<cluster.MemberAddRequest, cluster.MemberAddResponse>;
  readonly memberRemove: Unary<cluster.MemberRemoveRequest, cluster.MembersResponse>;
  readonly memberUpdate: Unary<cluster.MemberUpdateRequest, cluster.MembersResponse>;
  readonly memberList: Unary<cluster.MemberListRequest, cluster.MemberListResponse>;
  readonly memberPromote: Unary<cluster.MemberPromoteRequest, cluster.MembersResponse>;
}

export interface MaintenanceService {
  readonly alarm: Unary<maintenance.AlarmRequest, maintenance.AlarmResponse>;
  readonly status: Unary<Empty, maintenance.StatusResponse>;
  readonly defragment: Unary<Empty, maintenance.DefragmentResponse>;
  readonly hashKV: Unary<maintenance.HashKvRequest, maintenance.HashKvResponse>;
  readonly snapshot: ServerStream<Empty, maintenance.SnapshotResponse>;
  readonly moveLeader: Unary<maintenance.MoveLeaderRequest, maintenance.MoveLeaderResponse>;
  readonly downgrade: Unary<maintenance.DowngradeRequest, maintenance.DowngradeResponse>;
}

export interface AuthService {
  readonly authEnable: Unary<Empty, auth.AuthResponse>;
  readonly authDisable: Unary<Empty, auth.AuthResponse>;
  readonly authStatus: Unary<Empty, auth.AuthStatusResponse>;
  readonly userAdd: Unary<auth.UserAddRequest, auth.AuthResponse>;
  readonly userGet: Unary<Name, auth.UserGetResponse>;
  readonly userList: Unary<Empty, auth.UserListResponse>;
  readonly userDelete: Unary<Name, auth.AuthResponse>;
  readonly userChangePassword: Unary<auth.UserChangePasswordRequest, auth.AuthResponse>;
  readonly userGrantRole: Unary<auth.UserGrantRoleRequest, auth.AuthResponse>;
  readonly userRevokeRole: Unary<auth.UserRevokeRoleRequest, auth.AuthResponse>;
  readonly roleAdd: Unary<Name, auth.AuthResponse>;
  readonly roleGet: Unary<{ readonly role: string }, auth.RoleGetResponse>;
  readonly roleList: Unary<Empty, auth.RoleListResponse>;
  readonly roleDelete: Unary<{ readonly role: string }, auth.AuthResponse>;
  readonly roleGrantPermission: Unary<auth.RoleGrantPermissionRequest, auth.AuthResponse>;
  readonly roleRevokePermission: Unary<auth.RoleRevokePermissionRequest, auth.AuthResponse>;
}

/** A client of one cluster, over one or more endpoints. `close` ends its calls and connections; it can be called twice. */
export interface Client {
  readonly kv: KvService;
  readonly watch: WatchService;
  readonly lease: LeaseService;
  readonly cluster: ClusterService;
  readonly maintenance: MaintenanceService;
  readonly auth: AuthService;
  close(): void;
}
