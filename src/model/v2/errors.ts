import { Failure, type FailureOptions } from '../errors.js';

/** A call to the version 2 API failed. The message is the one of Go's client/v2; the command decides how it ends. */
export class V2CallError extends Failure {}

/** The server refused a request about keys. */
export class V2ApiError extends V2CallError {
  constructor(
    message: string,
    /** 100: key not found, 401: the history does not reach back to that index, … (client/v2/keys.go). */
    readonly code: number,
  ) {
    super(message);
  }
}

/** One endpoint gave no answer, or one that says that it cannot. */
export class V2AttemptError extends V2CallError {
  constructor(
    message: string,
    /** Nobody is there, as far as etcdctl can tell (ctlv2/command/util.go `isConnectionError`). */
    readonly isConnectionFailure: boolean,
    options: FailureOptions = {},
  ) {
    super(message, options);
  }
}

/** No endpoint gave an answer (client/v2/cluster_error.go). */
export class V2ClusterError extends V2CallError {
  constructor(readonly attempts: readonly V2AttemptError[]) {
    const listed = attempts.map(({ message }, index) => `; error #${index}: ${message}\n`);
    super(`client: etcd cluster is unavailable or misconfigured${listed.join('')}`, {
      cause: attempts[0],
      reasons: attempts.flatMap(({ reasons }) => reasons),
    });
  }

  /** What etcdctl prints behind the message of commands that label it. */
  get details(): string {
    return `${this.attempts.map(({ message }, index) => `error #${index}: ${message}\n`).join('')}\n`;
  }
}

/** The server answers, but has no version 2 API: it is 3.6 or newer, or was not started with it. */
export class V2ApiMissingError extends V2CallError {
  constructor(readonly endpoint: string) {
    super(`the server at ${endpoint} has no version 2 API`);
  }
}

/** No member has said where clients reach it. */
export class V2NoEndpointsError extends V2CallError {
  constructor() {
    super('client: no endpoints available');
  }
}

/** What Go's context package says when `--total-timeout` is over. */
export class V2DeadlineError extends V2CallError {
  constructor() {
    super('context deadline exceeded');
  }
}

/**
 * How a version 2 command ends that failed, which is not how version 3's end (ctlv2/command/error.go of etcd 3.5):
 * - `arguments`: labelled, status 128
 * - `connection`: labelled, status 2
 * - `server`: labelled, status 4
 * - `plain`: the message alone, status 1
 * - `help-topic`: the message alone, status 3
 */
export type V2Ending = 'arguments' | 'connection' | 'server' | 'plain' | 'help-topic';

/** The end of a version 2 command. `main` prints its final lines and gives the status. */
export class V2Failure extends Failure {
  readonly #trailer: string;

  constructor(
    message: string,
    readonly ending: V2Ending,
    options: FailureOptions = {},
  ) {
    super(message, options);
    this.#trailer = options.cause instanceof V2ClusterError ? options.cause.details : '';
  }

  /** Whether `Error: ` stands before the message. */
  get isLabelled(): boolean {
    return this.ending !== 'plain' && this.ending !== 'help-topic';
  }

  /** Everything behind the label, line endings included. */
  get finalText(): string {
    return `${this.message}\n${this.isLabelled ? this.#trailer : ''}`;
  }
}
