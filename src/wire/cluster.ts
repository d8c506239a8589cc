export * from './generated/etcdserverpb/cluster.js';
export { ResponseHeader } from './generated/etcdserverpb/header.js';
