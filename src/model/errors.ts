/**
 * Every way in which a command fails. `main` alone turns them into an exit status and a line on stderr;
 * anything thrown that is not one of these is a defect of the program.
 *
 * `reasons` are sentences that explain the message: what was tried, what lay behind it, what to do. They are
 * printed above the final `Error: …` line, which scripts match and which therefore equals etcdctl's.
 */
export interface FailureOptions {
  readonly cause?: unknown;
  readonly reasons?: readonly string[];
}

/** The common part of all failures; never thrown itself. */
export abstract class Failure extends Error {
  readonly reasons: readonly string[];

  constructor(message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.reasons = options.reasons ?? [];
  }
}

/**
 * What was wrong about the command line:
 * - `flag`: an unknown flag or command, a value that does not parse (status 1)
 * - `choice`: a value outside a fixed set (status 4)
 * - `arguments`: missing, surplus or contradicting arguments (status 128)
 * - `input`: text given on stdin or interactively (status 3)
 */
export type UsageErrorKind = 'flag' | 'choice' | 'arguments' | 'input';

/** The user asked for something that cannot be asked. Thrown before anything connects. */
export class UsageError extends Failure {
  constructor(
    message: string,
    readonly kind: UsageErrorKind = 'arguments',
    options: FailureOptions = {},
  ) {
    super(message, options);
  }
}

/** The output format exists, but not for this result (status 4). */
export class UnsupportedFormatError extends Failure {}

/** No client could be built: bad certificate, refused login, dial time-out (status 2). */
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
  /** A number that has no name. */
  | `Code(${number})`;

/** A call failed, at the server or on the way; the message is the one etcdctl prints (status 1). */
export class ServerError extends Failure {
  constructor(
    message: string,
    readonly code: RpcCode,
    options: FailureOptions = {},
  ) {
    super(message, options);
  }

  /** The failure as grpc-go prints it, which etcdctl does in a few places. */
  get status(): string {
    return /^rpc error: /.test(this.message)
      ? this.message
      : `rpc error: code = ${this.code} desc = ${this.message}`;
  }
}

/** The command did its work and the answer is no, or its surroundings failed it (status 1). */
export class CommandError extends Failure {}

/** A program that the command ran for the user has failed, which is the command's own end (the child's status). */
export class ChildFailedError extends Failure {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** Work that was under way was cut short and undone, as a snapshot that did not arrive whole (status 5). */
export class InterruptedError extends Failure {}

/** A file is not what it should be; the message says where. `offset` is in bytes from its start (status 1). */
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

/** Everything the user must know is on stderr already; only the exit status is left to give. */
export class AlreadyReportedError extends Failure {
  constructor(readonly exitCode: number) {
    super('already reported');
  }
}

/** Refusals of etcd that a command has to tell from others of the same code (api/v3/v3rpc/rpctypes/error.go). */
const MESSAGES = {
  anonymous: 'etcdserver: user name is empty',
  unknownToken: 'etcdserver: invalid auth token',
  permissionDenied: 'etcdserver: permission denied',
  rootRoleMissing: 'etcdserver: root user does not have root role',
} as const;
type EtcdErrorName = keyof typeof MESSAGES;

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

export function isEtcdError(error: unknown, name: EtcdErrorName): boolean {
  return error instanceof ServerError && error.message === MESSAGES[name];
}
