import type {
  AlarmRequest,
  AlarmResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  MemberListRequest,
  MemberListResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  RangeStreamResponse,
  SnapshotResponse,
} from './messages.js';

/** How one call is made. */
export interface CallOptions {
  /** Ends the call early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds until `context deadline exceeded`; `undefined`: the client's own, `null`: no limit. */
  readonly timeoutMs?: number | null | undefined;
}

type Unary<Request, Response> = (request: Request, call?: CallOptions) => Promise<Response>;
type ServerStream<Request, Response> = (request: Request, call?: CallOptions) => AsyncIterable<Response>;

/** The services of an etcd cluster, by their gRPC names. All reject with `ServerError` or `ConnectionError`. */
export interface KvService {
  readonly range: Unary<RangeRequest, RangeResponse>;
  readonly rangeStream: ServerStream<RangeRequest, RangeStreamResponse>;
  readonly put: Unary<PutRequest, PutResponse>;
  readonly deleteRange: Unary<DeleteRangeRequest, DeleteRangeResponse>;
}

export interface ClusterService {
  readonly memberList: Unary<MemberListRequest, MemberListResponse>;
}

export interface MaintenanceService {
  readonly alarm: Unary<AlarmRequest, AlarmResponse>;
  readonly snapshot: ServerStream<Record<string, never>, SnapshotResponse>;
}

/** A connection to one cluster over one or more endpoints. `close` ends all that is open; calling it twice is harmless. */
export interface Client {
  readonly kv: KvService;
  readonly cluster: ClusterService;
  readonly maintenance: MaintenanceService;
  close(): void;
}
