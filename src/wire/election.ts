export { ResponseHeader } from './generated/etcdserverpb/header.js';
export { KeyValue } from './generated/mvccpb/kv.js';
export * from './generated/v3electionpb/v3election.js';
