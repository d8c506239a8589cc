/** The protobuf values in the backend's buckets `key`, `lease`, `alarm`, `authUsers`, `authRoles`. */
export {
  Permission,
  Permission_Type as PermissionType,
  Role,
  User,
  UserAddOptions,
} from './generated/authpb/auth.js';
export { AlarmMember, AlarmType } from './generated/etcdserverpb/maintenance.js';
export { Lease } from './generated/leasepb/lease.js';
export { KeyValue } from './generated/mvccpb/kv.js';
