import { type RpcCode, ServerError } from '../../model/errors.js';

/**
 * The one place that reads the texts of a gRPC status. Above it a failure is a `ServerError` with a code.
 */

/** Go's names, by number. */
const CODES: readonly (RpcCode | 'OK')[] = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

/** What grpc-go says when a connection broke under a call; @param why of the system, or `EOF` */
export function lostConnection(why: string): string {
  return `error reading from server: ${why}`;
}

const IS_LOST = /^error reading from server: |^keepalive ping failed|^closing transport due to: /;

/** Why a call has no response, in grpc-go's words. */
export interface Status {
  readonly code: RpcCode;
  readonly details: string;
  /** The server cannot have acted on the request. */
  readonly isUnprocessed?: boolean;
}

/** A message that is not what it should be (grpc-go rpc_util.go `recv`). */
export const UNREADABLE_MESSAGE: Status = {
  code: 'Internal',
  details: 'grpc: failed to unmarshal the received message: proto: cannot parse invalid wire-format data',
};

/** One attempt at a call that went wrong; never leaves the transport. */
export class CallFailure extends Error {
  constructor(
    readonly code: RpcCode,
    /** The status text of the server, or what grpc-go says in such a case. */
    readonly details: string,
    /** False when the request never left this process, so that any request may be tried again. */
    readonly wasSent: boolean,
    /** Where it happened, as the user calls it. */
    readonly endpoint: string,
  ) {
    super(details);
    this.name = 'CallFailure';
  }
}

/** Numbers of servers are 32 bits without a sign (grpc-go, internal/transport). */
export function rpcCodeOf(number: number): RpcCode | 'OK' {
  return CODES[number] ?? `Code(${number >>> 0})`;
}

/** As etcdctl prints it (client/v3/client.go `ContextError`). */
export function toServerError(failure: CallFailure): ServerError {
  const { code, details, endpoint } = failure;
  if (ETCD_ERRORS.has(details)) return new ServerError(details, code, { cause: failure });
  const reasons = IS_LOST.test(details)
    ? [`${endpoint}: the connection was lost before the response arrived; the request may have been applied`]
    : [];
  const message = `rpc error: code = ${code} desc = ${details}`;
  return new ServerError(message, code, { cause: failure, reasons });
}

/** The request is larger than `--max-request-bytes`: nothing is sent (grpc-go rpc_util.go `checkSendPayload`). */
export function requestTooLarge(sizeBytes: number, maxBytes: number): ServerError {
  return new ServerError(
    `rpc error: code = ResourceExhausted desc = trying to send message larger than max (${sizeBytes} vs. ${maxBytes})`,
    'ResourceExhausted',
    { reasons: ['the request is larger than --max-request-bytes allows'] },
  );
}

export function isAuthDisabled(failure: CallFailure): boolean {
  return failure.details === 'etcdserver: authentication is not enabled';
}

/** The token is unknown or expired, or users and roles changed while the call was under way. */
export function isTokenOutdated(failure: CallFailure): boolean {
  return (
    failure.details === 'etcdserver: invalid auth token' ||
    failure.details === 'etcdserver: revision of auth store is old'
  );
}

/** The server saw no token at all. */
export function isTokenMissing(failure: CallFailure): boolean {
  return failure.details === 'etcdserver: user name is empty';
}

/** The member is a learner, which answers few calls. */
export function isLearnerRefusal(failure: CallFailure): boolean {
  return failure.details === 'etcdserver: rpc not supported for learner';
}

/**
 * The messages by which etcd's clients know an error of etcd itself (api/v3/v3rpc/rpctypes/error.go `errStringToError`, v3.7.1):
 * these are printed bare, all others as `rpc error: code = … desc = …`.
 */
const ETCD_ERRORS: ReadonlySet<string> = new Set(
  [
    'key is not provided',
    'key not found',
    'value is provided',
    'lease is provided',
    'too many operations in txn request',
    'duplicate key given in txn request',
    'invalid sort option',
    'mvcc: required revision has been compacted',
    'mvcc: required revision is a future revision',
    'mvcc: database space exceeded',
    'requested lease not found',
    'lease already exists',
    'too large lease TTL',
    'member ID already exist',
    'Peer URLs already exists',
    're-configuration failed due to not enough started members',
    'given member URLs are invalid',
    'member not found',
    'can only promote a learner member',
    'can only promote a learner member which is in sync with leader',
    'too many learner members in cluster',
    'cluster ID mismatch',
    'request is too large',
    'too many requests',
    'root user does not exist',
    'root user does not have root role',
    'user name already exists',
    'user name is empty',
    'user name not found',
    'role name already exists',
    'role name not found',
    'role name is empty',
    'authentication failed, invalid user ID or password',
    'permission denied',
    'role is not granted to the user',
    'permission is not granted to the role',
    'authentication is not enabled',
    'invalid auth token',
    'invalid auth management',
    'revision of auth store is old',
    'no leader',
    'not leader',
    'leader changed',
    'not capable',
    'server stopped',
    'request timed out',
    'request timed out, possibly due to previous leader failure',
    'request timed out, possibly due to connection lost',
    'unhealthy cluster',
    'corrupt cluster',
    'rpc not supported for learner',
    'bad leader transferee',
    'wrong downgrade target version format',
    'invalid downgrade target version',
    'cluster version not found during downgrade',
    'cluster has a downgrade job in progress',
    'no inflight downgrade job',
  ].map((text) => `etcdserver: ${text}`),
);
