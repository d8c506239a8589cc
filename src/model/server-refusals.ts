import { ServerError } from './errors.js';

/** Refusals of etcd that a command has to tell from others of the same code (api/v3/v3rpc/rpctypes/error.go). */
const MESSAGES = {
  permissionDenied: 'etcdserver: permission denied',
  rootRoleMissing: 'etcdserver: root user does not have root role',
} as const;
export type Refusal = keyof typeof MESSAGES;

export function isRefusal(error: unknown, refusal: Refusal): boolean {
  return error instanceof ServerError && error.message === MESSAGES[refusal];
}
