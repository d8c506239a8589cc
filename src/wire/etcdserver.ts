/** The services of etcd and their messages, under the names of etcd's Go packages. */
export { Permission, Permission_Type as PermissionType, UserAddOptions } from './generated/authpb/auth.js';
export * from './generated/etcdserverpb/auth.js';
export * from './generated/etcdserverpb/cluster.js';
export { ResponseHeader } from './generated/etcdserverpb/header.js';
export {
  CompactionRequest,
  CompactionResponse,
  Compare,
  Compare_CompareResult as CompareResult,
  Compare_CompareTarget as CompareTarget,
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeRequest_SortOrder as SortOrder,
  RangeRequest_SortTarget as SortTarget,
  RangeResponse,
  RangeStreamResponse,
  RequestOp,
  ResponseOp,
  TxnRequest,
  TxnResponse,
} from './generated/etcdserverpb/kv.js';
export * from './generated/etcdserverpb/lease.js';
export * from './generated/etcdserverpb/maintenance.js';
export {
  AlarmRequest_AlarmAction as AlarmAction,
  DowngradeRequest_DowngradeAction as DowngradeAction,
} from './generated/etcdserverpb/maintenance.js';
export {
  WatchCancelRequest,
  WatchCreateRequest,
  WatchCreateRequest_FilterType as FilterType,
  WatchProgressRequest,
  WatchRequest,
  WatchResponse,
} from './generated/etcdserverpb/watch.js';
export { Event, Event_EventType as EventType, KeyValue } from './generated/mvccpb/kv.js';
export { WatchDefinition } from './packed-events.js';
export { KvDefinition } from './packed-key-values.js';
