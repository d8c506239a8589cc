export { ResponseHeader } from './generated/etcdserverpb/header.js';
export * from './generated/etcdserverpb/maintenance.js';
export {
  AlarmRequest_AlarmAction as AlarmAction,
  DowngradeRequest_DowngradeAction as DowngradeAction,
} from './generated/etcdserverpb/maintenance.js';
