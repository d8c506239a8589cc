/**
 * All errors that a command can fail with. Only `main` converts them to an exit status and a line on stderr.
 * Other errors that reach `main` are system errors, which it prints in Go's words, the abort reason of the signal, or bugs.
 *
 * `reasons` are sentences that explain the message: what was tried, the cause, and what to do. They are printed
 * above the final `Error: …` line. That line equals the one of etcdctl, because scripts match it.
 */
export interface FailureOptions {
  readonly cause?: unknown;
  readonly reasons?: readonly string[];
}

/** An expected error: `main` prints `reasons`, then `Error: <message>`. */
export abstract class Failure extends Error {
  readonly reasons: readonly string[];

  constructor(message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.reasons = options.reasons ?? [];
  }
}

/**
 * What is wrong with the command line:
 * - `flag`: an unknown flag or command, a value that does not parse; also wrong arguments where etcdctl has this status (status 1)
 * - `choice`: a value outside a fixed set, a minimum above its maximum (status 4)
 * - `arguments`: missing, surplus or contradicting arguments, unusable TLS files (status 128)
 * - `input`: text given on stdin or interactively, or a check whose prefix has keys (status 3)
 */
export type UsageErrorKind = 'flag' | 'choice' | 'arguments' | 'input';

/** An invalid command line, invalid input, or unusable TLS files. */
export class UsageError extends Failure {
  constructor(
    message: string,
    readonly kind: UsageErrorKind = 'arguments',
    options: FailureOptions = {},
  ) {
    super(message, options);
  }
}

/** The output format is not supported for this result (status 4). */
export class UnsupportedFormatError extends Failure {}

/**
 * No client could be made: no endpoint, contradictory size limits, a failed login (status 2). Also a failed call of a `lease` command that
 * etcdctl reports so.
 */
export class ConnectionError extends Failure {}

/** gRPC status names, as Go prints them in `rpc error: code = Unavailable desc = …`. */
export type RpcCode =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'AlreadyExists'
  | 'PermissionDenied'
  | 'ResourceExhausted'
  | 'FailedPrecondition'
  | 'Aborted'
  | 'OutOfRange'
  | 'Unimplemented'
  | 'Internal'
  | 'Unavailable'
  | 'DataLoss'
  | 'Unauthenticated'
  /** A code without a name. */
  | `Code(${number})`;

/** A call failed, on the server or on the network. The message equals the one that etcdctl prints (status 1). */
export class ServerError extends Failure {
  /** The connection or the stream has broken: the server has sent no status, and a new stream can succeed. */
  readonly isInterruption: boolean;
  /** The deadline has passed before a connection was there for the request. */
  readonly isUnsent: boolean;

  constructor(
    message: string,
    readonly code: RpcCode,
    options: FailureOptions & { readonly isInterruption?: boolean; readonly isUnsent?: boolean } = {},
  ) {
    super(message, options);
    this.isInterruption = options.isInterruption ?? false;
    this.isUnsent = options.isUnsent ?? false;
  }

  /** The server cannot be reached, or has no leader: later it may answer. */
  get isUnavailable(): boolean {
    return this.isInterruption || this.code === 'Unavailable';
  }

  /** Whether a new stream can succeed where this one has failed (client/v3/client.go `isHaltErr`). */
  get canResume(): boolean {
    return this.isUnavailable || this.code === 'Internal';
  }

  /** The error is one that etcd's clients know, and not one of gRPC or of the connection. */
  get isOfEtcd(): boolean {
    return this.message.startsWith('etcdserver: ');
  }

  /** The message in the form of grpc-go, which etcdctl prints in a few places. */
  get status(): string {
    return /^rpc error: /.test(this.message)
      ? this.message
      : `rpc error: code = ${this.code} desc = ${this.message}`;
  }
}

/** grpc-go's text for a message that cannot be decoded (rpc_util.go `recv`). */
export const UNREADABLE_DETAILS =
  'grpc: failed to unmarshal the received message: proto: cannot parse invalid wire-format data';

/** The command failed for another reason: its result is negative, or an operating-system call failed (status 1). */
export class CommandError extends Failure {}

/** The command failed, and has a status of its own for that. */
export class FailureWithStatus extends Failure {
  constructor(
    readonly exitCode: number,
    message: string,
    options: FailureOptions = {},
  ) {
    super(message, options);
  }
}

/** A child process of the command failed. Its exit status becomes that of the command. */
export class ChildFailedError extends Failure {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** Work was interrupted and undone, such as saving a snapshot that was not received completely (status 5). */
export class InterruptedError extends Failure {}

/** What comes next in a history has been compacted: it cannot go on from there (status 7). */
export class CompactedError extends Failure {}

/** A file is corrupt. `offset` is in bytes from its start; the message contains it and the path (status 1). */
export class CorruptFileError extends Failure {
  constructor(
    message: string,
    readonly path: string,
    readonly offset: number,
    options: FailureOptions = {},
  ) {
    super(`${message} (byte ${offset} of ${path})`, options);
  }
}

/** The failure is already printed: `main` prints nothing more and returns the exit status. */
export class AlreadyReportedError extends Failure {
  constructor(readonly exitCode: number) {
    super('already reported');
  }
}

/** Error messages of etcd that commands distinguish from others with the same code (api/v3/v3rpc/rpctypes/error.go). */
const ETCD_MESSAGES = {
  anonymous: 'etcdserver: user name is empty',
  unknownUser: 'etcdserver: user name not found',
  unknownToken: 'etcdserver: invalid auth token',
  permissionDenied: 'etcdserver: permission denied',
  rootRoleMissing: 'etcdserver: root user does not have root role',
  compacted: 'etcdserver: mvcc: required revision has been compacted',
  unhealthyCluster: 'etcdserver: unhealthy cluster',
  learnerNotReady: 'etcdserver: can only promote a learner member which is in sync with leader',
  notForLearners: 'etcdserver: rpc not supported for learner',
} as const;
type EtcdErrorName = keyof typeof ETCD_MESSAGES;

/**
 * Whether the request has more bytes or operations than the server or the transport allows: the caller can split it. (grpc-go and
 * grpc-js have no code for this; only the message tells it.)
 */
export function isTooLargeRequest(error: unknown): error is ServerError {
  if (!(error instanceof ServerError)) return false;
  const { message, code } = error;
  if (message === 'etcdserver: request is too large') return true;
  if (message === 'etcdserver: too many operations in txn request') return true;
  return code === 'ResourceExhausted' && / message larger than max \(/.test(message);
}

export function isEtcdError(error: unknown, name: EtcdErrorName): boolean {
  return error instanceof ServerError && error.message === ETCD_MESSAGES[name];
}
