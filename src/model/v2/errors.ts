import { Failure, type FailureOptions } from '../errors.js';

/** A call to the version 2 API failed. The message is that of Go's client/v2. The command determines the exit status. */
export class V2CallError extends Failure {}

/** The server returned an error for a request of the keys API. */
export class V2ApiError extends V2CallError {
  constructor(
    message: string,
    /** Such as 100 (key not found) or 401 (the history at that index is cleared) (client/v2/keys.go). */
    readonly code: number,
  ) {
    super(message);
  }
}

/** The request to one endpoint failed: no response, or a response with a server error. */
export class V2AttemptError extends V2CallError {
  /** There was no connection: the server cannot have read the request. */
  readonly isUnsent: boolean;

  constructor(
    message: string,
    /** Whether etcdctl treats it as a connection error (ctlv2/command/util.go `isConnectionError`). */
    readonly isConnectionFailure: boolean,
    options: FailureOptions & { readonly isUnsent?: boolean } = {},
  ) {
    super(message, options);
    this.isUnsent = options.isUnsent ?? false;
  }
}

/** The requests to all endpoints failed (client/v2/cluster_error.go). */
export class V2ClusterError extends V2CallError {
  constructor(readonly attempts: readonly V2AttemptError[]) {
    const listed = attempts.map(({ message }, index) => `; error #${index}: ${message}\n`);
    super(`client: etcd cluster is unavailable or misconfigured${listed.join('')}`, {
      cause: attempts[0],
      reasons: attempts.flatMap(({ reasons }) => reasons),
    });
  }

  /** The text that etcdctl prints after the message, for endings with the `Error: ` label. */
  get details(): string {
    return `${this.attempts.map(({ message }, index) => `error #${index}: ${message}\n`).join('')}\n`;
  }
}

/** The server does not serve the version 2 API: it is 3.6 or newer, or was started without `--enable-v2`. */
export class V2ApiMissingError extends V2CallError {
  constructor(readonly endpoint: string) {
    super(`the server at ${endpoint} has no version 2 API`);
  }
}

/** No member advertises client URLs. */
export class V2NoEndpointsError extends V2CallError {
  constructor() {
    super('client: no endpoints available');
  }
}

/** `--total-timeout` is over. The message is that of Go's context package. */
export class V2DeadlineError extends V2CallError {
  constructor() {
    super('context deadline exceeded');
  }
}

/**
 * The form of the final lines and the exit status of a failed version 2 command (ctlv2/command/error.go of etcd 3.5):
 * - `arguments`: `Error: ` and the message, status 128
 * - `connection`: `Error: ` and the message, status 2
 * - `server`: `Error: ` and the message, status 4
 * - `plain`: the message only, status 1
 * - `help-topic`: the message only, status 3
 */
export type V2Ending = 'arguments' | 'connection' | 'server' | 'plain' | 'help-topic';

/** The failure of a version 2 command. `main` prints its final lines and returns the status. */
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

  /** Whether `Error: ` is printed before the message. */
  get isLabelled(): boolean {
    return this.ending !== 'plain' && this.ending !== 'help-topic';
  }

  /** The text after the label, line endings included. */
  get finalText(): string {
    return `${this.message}\n${this.isLabelled ? this.#trailer : ''}`;
  }
}
