export { ResponseHeader } from './generated/etcdserverpb/header.js';
export * from './generated/v3lockpb/v3lock.js';
