export { Permission, Permission_Type as PermissionType, UserAddOptions } from './generated/authpb/auth.js';
export * from './generated/etcdserverpb/auth.js';
export { ResponseHeader } from './generated/etcdserverpb/header.js';
