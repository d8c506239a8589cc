import { type RpcCode, ServerError, UNREADABLE_DETAILS } from '../../model/errors.js';

/**
 * With `isEtcdError` and `isTooLargeRequest` in `model/errors.ts`, the only code that matches the messages of etcd and grpc-go. (Those of
 * grpc-js become grpc-go's in `grpc-js/`.) Code above the transport sees a `ServerError` with a code.
 */

/** grpc-go's names of the status codes; the index is the number. */
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

const CONNECTION_LOST = /^error reading from server: |^keepalive ping failed|^closing transport due to: /;

/** The status of a failed call, with the message that grpc-go gives it. */
export interface Status {
  readonly code: RpcCode;
  readonly details: string;
  /** The server has certainly not processed the request. */
  readonly isUnprocessed?: boolean;
  /** The connection or the stream has broken: the server has sent no status. */
  readonly isInterruption?: boolean;
}

/** The connection was lost during the call, in grpc-go's words. @param why the system's error text, or `EOF` */
export function connectionLost(why: string): Status {
  return { code: 'Unavailable', details: `error reading from server: ${why}`, isInterruption: true };
}

/** The status of a response message that cannot be decoded. */
export const UNREADABLE_MESSAGE: Status = {
  code: 'Internal',
  details: UNREADABLE_DETAILS,
};

/** Why one attempt at a call failed. Not thrown to callers of the transport: see `toServerError`. */
export class AttemptError extends Error {
  readonly code: RpcCode;
  /** The status message of the server, or grpc-go's message for the failure. */
  readonly details: string;
  /** False when the server cannot have processed the request, so that any call may be retried. */
  readonly mayBeProcessed: boolean;
  /** See `Status`. */
  readonly isInterruption: boolean;

  /** @param endpoint as given by the user */
  constructor(
    { code, details, isUnprocessed = false, isInterruption = false }: Status,
    readonly endpoint: string,
  ) {
    super(details);
    this.name = 'AttemptError';
    this.code = code;
    this.details = details;
    this.mayBeProcessed = !isUnprocessed;
    this.isInterruption = isInterruption;
  }
}

/** Unknown numbers are printed as unsigned 32-bit integers (grpc-go, internal/transport). */
export function rpcCodeOf(number: number): RpcCode | 'OK' {
  return CODES[number] ?? `Code(${number >>> 0})`;
}

/** The error with the message that etcdctl prints (client/v3/client.go `ContextError`). */
export function toServerError(failure: AttemptError): ServerError {
  const { code, details, endpoint, isInterruption } = failure;
  if (ETCD_ERRORS.has(details)) return new ServerError(details, code, { cause: failure });
  const reasons = CONNECTION_LOST.test(details)
    ? [`${endpoint}: the connection was lost before the response arrived; the request may have been applied`]
    : [];
  const message = `rpc error: code = ${code} desc = ${details}`;
  return new ServerError(message, code, { cause: failure, reasons, isInterruption });
}

/** The request is larger than `--max-request-bytes`, and was not sent (grpc-go rpc_util.go `checkSendPayload`). */
export function requestTooLarge(sizeBytes: number, maxBytes: number): ServerError {
  return new ServerError(
    `rpc error: code = ResourceExhausted desc = trying to send message larger than max (${sizeBytes} vs. ${maxBytes})`,
    'ResourceExhausted',
    { reasons: ['the request is larger than --max-request-bytes allows'] },
  );
}

/** There is no connection, or it takes no new calls: the server has sent GOAWAY, or has closed it. */
export const CONNECTION_UNUSABLE: Status = {
  code: 'Unavailable',
  details: 'the connection is draining',
  isUnprocessed: true,
  isInterruption: true,
};

export function isDraining(failure: AttemptError): boolean {
  return failure.details === CONNECTION_UNUSABLE.details;
}

/** RST_STREAM with REFUSED_STREAM: the server has not processed the request. */
export function isRefused(failure: AttemptError): boolean {
  return failure.details === 'stream terminated by RST_STREAM with error code: REFUSED_STREAM';
}

/** RST_STREAM with CANCEL. */
export function isCancelled(failure: AttemptError): boolean {
  return failure.details === 'stream terminated by RST_STREAM with error code: CANCEL';
}

export function isAuthDisabled(failure: AttemptError): boolean {
  return failure.details === 'etcdserver: authentication is not enabled';
}

/** The token is unknown or expired, or the auth configuration changed during the call. */
export function isTokenOutdated(failure: AttemptError): boolean {
  return (
    failure.details === 'etcdserver: invalid auth token' ||
    failure.details === 'etcdserver: revision of auth store is old'
  );
}

/** The server received no token. */
export function isTokenMissing(failure: AttemptError): boolean {
  return failure.details === 'etcdserver: user name is empty';
}

/** The member is a learner, which supports only some methods. */
export function isUnsupportedByLearner(failure: AttemptError): boolean {
  return failure.details === 'etcdserver: rpc not supported for learner';
}

/**
 * The messages that etcd's clients know as errors of etcd (api/v3/v3rpc/rpctypes/error.go `errStringToError`, v3.7.1). These are
 * printed as they are, all others as `rpc error: code = … desc = …`.
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
