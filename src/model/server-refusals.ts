import { ServerError } from './errors.js';

/** Refusals of etcd that a command has to tell from others of the same code (api/v3/v3rpc/rpctypes/error.go). */
const MESSAGES = {
  anonymous: 'etcdserver: user name is empty',
  unknownToken: 'etcdserver: invalid auth token',
  permissionDenied: 'etcdserver: permission denied',
  rootRoleMissing: 'etcdserver: root user does not have root role',
} as const;
export type Refusal = keyof typeof MESSAGES;

/**
 * The request has more bytes or operations than the server, or a limit on the way to it, allows: parts of it may be taken. (grpc-go
 * and grpc-js say in words alone that it was the size.)
 */
export function isTooLargeRequest(error: unknown): error is ServerError {
  if (!(error instanceof ServerError)) return false;
  const { message, code } = error;
  if (message === 'etcdserver: request is too large') return true;
  if (message === 'etcdserver: too many operations in txn request') return true;
  return code === 'ResourceExhausted' && / message larger than max \(/.test(message);
}

export function isRefusal(error: unknown, refusal: Refusal): boolean {
  return error instanceof ServerError && error.message === MESSAGES[refusal];
}
