import type { CallContext } from './call-context.js';
import type { Endpoint } from './endpoint.js';
import type { Rpc } from './rpc.js';

/** The connection to one endpoint: made when first wanted, and made anew, with growing pauses, when it broke. */
export interface EndpointChannel {
  readonly endpoint: Endpoint;
  readonly isReady: boolean;
  /** Calls that are made before that wait for the connection, however long it takes, instead of failing. */
  readonly waitsForConnection: boolean;
  /** Settles when calls can be made, however long that takes; rejects with the signal's reason. */
  whenReady(signal: AbortSignal): Promise<void>;
  /** Settles when the current attempt to connect has failed, and never when it succeeds; rejects with the signal's reason. */
  whenRefused(signal: AbortSignal): Promise<void>;
  /** What stands in the way at this moment, in words. */
  explain(signal: AbortSignal): Promise<string>;
  /** Ends the connection and whatever runs on it. */
  close(): void;
}

/** What goes along with one attempt at a call. */
export interface Attempt {
  readonly context: CallContext;
  /** Empty: none. */
  readonly token: string;
  /** A member that has lost its leader refuses or ends the call instead of waiting (client/v3/ctx.go `WithRequireLeader`). */
  readonly requiresLeader: boolean;
}

/** For calls of one request. Both reject with `CallFailure`, or with the context's reason. */
export interface RequestChannel extends EndpointChannel {
  /** One response. */
  unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): Promise<Response>;
  /** Many responses. While the consumer is busy nothing is read, and the server has to wait. */
  serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined>;
}

export interface BidiChannel extends EndpointChannel {
  /**
   * Many requests, many responses, each side at its own pace. The end of the requests is told to the server; an error among them ends
   * the call. The requests' iterator is closed when the call ends first. Rejects with `CallFailure`, or with the context's reason.
   */
  bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Uint8Array>,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined>;
}
