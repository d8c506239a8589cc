import type { ServiceError } from '@grpc/grpc-js';
import { type RpcCode, ServerError } from '../../model/errors.js';
import { ETCD_ERRORS } from './etcd-errors.js';

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

/** One attempt at a call that went wrong; never leaves the transport. */
export class CallFailure extends Error {
  constructor(
    readonly code: RpcCode,
    /** The status text of the server or of grpc-js. */
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

/** @param call the grpc-js call that failed: it has something to say about its connection only if it had one */
export function callFailure(
  error: ServiceError,
  call: { getAuthContext(): object | null },
  endpoint: string,
): CallFailure {
  const code = CODES[error.code] ?? 'Unknown';
  const wasSent = call.getAuthContext() !== null;
  return new CallFailure(code === 'OK' ? 'Unknown' : code, error.details, wasSent, endpoint);
}

/** As etcdctl prints it (client/v3/client.go `ContextError`). */
export function toServerError(failure: CallFailure): ServerError {
  const { code, details, endpoint } = failure;
  if (ETCD_ERRORS.has(details)) return new ServerError(details, code, { cause: failure });
  const reasons = LOST_CONNECTION.has(details)
    ? [`${endpoint}: the connection broke before the answer came; the request may have been carried out`]
    : [];
  const message = `rpc error: code = ${code} desc = ${goDetails(details)}`;
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

/** grpc-js's words for a connection that broke under a call. */
const LOST_CONNECTION: ReadonlySet<string> = new Set([
  'Connection dropped',
  'read ECONNRESET',
  'Stream refused by server',
]);

/** Words of grpc-js that grpc-go says otherwise. */
function goDetails(details: string): string {
  if (LOST_CONNECTION.has(details)) return 'error reading from server: EOF';
  const tooLarge = /^Received message larger than max \((\d+) vs (\d+)\)$/.exec(details);
  if (tooLarge) return `grpc: received message larger than max (${tooLarge[1]} vs. ${tooLarge[2]})`;
  return details;
}
