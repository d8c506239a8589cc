export { ResponseHeader } from './generated/etcdserverpb/header.js';
export {
  CompactionRequest,
  CompactionResponse,
  Compare,
  Compare_CompareResult as CompareResult,
  Compare_CompareTarget as CompareTarget,
  DeleteRangeRequest,
  DeleteRangeResponse,
  KVDefinition as KvDefinition,
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
export { KeyValue } from './generated/mvccpb/kv.js';
