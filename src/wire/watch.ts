export { ResponseHeader } from './generated/etcdserverpb/header.js';
export {
  WatchCancelRequest,
  WatchCreateRequest,
  WatchCreateRequest_FilterType as FilterType,
  WatchDefinition,
  WatchProgressRequest,
  WatchRequest,
  WatchResponse,
} from './generated/etcdserverpb/watch.js';
export { Event, Event_EventType as EventType, KeyValue } from './generated/mvccpb/kv.js';
