import type { Security } from '../tls/security.js';
import type { AttemptContext } from './call-context.js';
import type { Endpoint } from './endpoint.js';
import type { Rpc } from './rpc.js';
import type { ChannelSettings } from './settings.js';

/**
 * Opens a channel to an endpoint; nothing is dialed yet. The import `#channel` is one of two such functions: `grpc-js/channel.ts`, or
 * `frames/channel.ts` in the executable.
 */
export type OpenChannel = (
  endpoint: Endpoint,
  security: Security,
  settings: ChannelSettings,
) => EndpointChannel;

/**
 * A channel to one endpoint. It connects on demand, and reconnects with exponential backoff. Calls reject with `AttemptError`, or with
 * the context's reason.
 */
export interface EndpointChannel {
  readonly endpoint: Endpoint;
  readonly isReady: boolean;
  /**
   * Begins to connect, for the first call that will be made. Nobody waits for it: a failure is what the next `attempt` finds. Absent in
   * channels over grpc-js, where it gains nothing.
   */
  startConnecting?(): void;
  /**
   * Connects. Resolves with `undefined` when calls can be made, or as soon as one attempt has failed. Rejects with the signal's reason, or
   * with a `UsageError` when no attempt can succeed.
   */
  attempt(signal: AbortSignal): Promise<FailedAttempt | undefined>;
  /** Connects, and resolves when calls can be made, after any number of attempts. Rejects like `attempt`. */
  whenReady(signal: AbortSignal): Promise<void>;
  /** Why calls cannot be made or get no response at present, as text for an error message. */
  explain(signal: AbortSignal): Promise<string>;
  unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): Promise<Response>;
  /** While the consumer is busy nothing is read, and flow control makes the server wait. */
  serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined>;
  /**
   * Sends the requests and yields the responses independently of each other. The end of `requests` half-closes the stream; an error
   * of `requests` cancels the call and is thrown. When the call ends first, the iterator of `requests` is closed.
   */
  bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Uint8Array>,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined>;
  /** Closes the connection and fails the calls on it. */
  close(): void;
}

/** An attempt to connect that has failed. */
export interface FailedAttempt {
  /** The server's certificate is not trusted, or the server does not accept the client's. */
  readonly isAboutCertificates: boolean;
  /** Why, as text for an error message. This may ask the server what it is, which takes up to a second. Never rejects. */
  explain(): Promise<string>;
}

/** What one attempt at a call needs apart from the request. */
export interface Attempt {
  readonly context: AttemptContext;
  /** Empty: no token. */
  readonly token: string;
  /** A member without a leader rejects or ends the call instead of waiting (client/v3/ctx.go `WithRequireLeader`). */
  readonly requiresLeader: boolean;
  /** See `StreamOptions`. */
  readonly reusesMemory?: boolean;
}
