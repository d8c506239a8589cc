export { ResponseHeader } from './generated/etcdserverpb/header.js';
export * from './generated/etcdserverpb/lease.js';
