import { aborted } from '../../../model/abort-signal.js';
import type { Http2Connection } from '../../http2/connection.js';
import type { Security } from '../../tls/security.js';
import type { Endpoint } from '../endpoint.js';
import type { Attempt, RequestChannel } from '../endpoint-channel.js';
import { statusOfStreamFailure } from '../http-status.js';
import type { Rpc } from '../rpc.js';
import {
  type ChannelSettings,
  explainFailure,
  keepAliveOf,
  maxResponseBytes,
  NO_CONNECTION_IN_TIME,
  NO_RESPONSE_IN_TIME,
  proxyOf,
  type ReachableAddress,
} from '../settings.js';
import { AttemptError, type Status, UNREADABLE_MESSAGE } from '../status.js';
import { callServerStream, callUnary } from './call.js';
import { lengthPrefixedMessage } from './message-reader.js';
import { RequestHeaders } from './request-headers.js';
import { Subchannel } from './subchannel.js';

/** A channel to the endpoint for unary and server-streaming calls. */
export function requestChannel(
  endpoint: Endpoint,
  security: Security,
  settings: ChannelSettings,
): RequestChannel {
  const { address } = endpoint;
  return address.kind === 'malformed'
    ? new UnreachableChannel(endpoint, address.problem)
    : new Http2Channel(endpoint, address, { ...settings, security });
}

/** A channel to an endpoint with a malformed address: it is never ready. */
class UnreachableChannel implements RequestChannel {
  readonly isReady = false;
  readonly waitsForReady = false;

  constructor(
    readonly endpoint: Endpoint,
    readonly problem: string,
  ) {}

  whenReady(signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }

  async whenFailed(): Promise<void> {}

  async explain(): Promise<string> {
    return this.problem;
  }

  async unary(): Promise<never> {
    throw new AttemptError('Unavailable', this.problem, false, this.endpoint.text);
  }

  // biome-ignore lint/correctness/useYield: always throws
  async *serverStream(): AsyncGenerator<never, void, undefined> {
    throw new AttemptError('Unavailable', this.problem, false, this.endpoint.text);
  }

  close(): void {}
}

/** `RequestChannel` with one `Subchannel`. Failures become `AttemptError`s with grpc-go's messages. */
class Http2Channel implements RequestChannel {
  readonly waitsForReady = false;
  readonly #address: ReachableAddress;
  readonly #settings: ChannelSettings & { readonly security: Security };
  readonly #subchannel: Subchannel;
  readonly #headers: RequestHeaders;

  constructor(
    readonly endpoint: Endpoint,
    address: ReachableAddress,
    settings: ChannelSettings & { readonly security: Security },
  ) {
    const { security, proxy } = settings;
    this.#address = address;
    this.#settings = settings;
    this.#subchannel = new Subchannel(
      {
        address: address.socketAddress,
        proxy: proxyOf(address, proxy),
        security,
        expectedHost: address.host,
      },
      keepAliveOf(settings),
    );
    this.#headers = new RequestHeaders({
      isSecure: security.kind === 'tls',
      authority: address.authority,
    });
  }

  get isReady(): boolean {
    return this.#subchannel.current !== undefined;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    return this.#subchannel.whenReady(signal);
  }

  whenFailed(signal: AbortSignal): Promise<void> {
    return this.#subchannel.whenFailed(signal);
  }

  async explain(): Promise<string> {
    const { current, failure } = this.#subchannel;
    if (current !== undefined) return NO_RESPONSE_IN_TIME;
    if (failure === undefined) return NO_CONNECTION_IN_TIME;
    const { proxy, security } = this.#settings;
    return explainFailure(failure, {
      address: this.#address,
      proxy,
      isSecure: security.kind === 'tls',
    });
  }

  async unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): Promise<Response> {
    const connection = this.#readyConnection();
    const outcome = await callUnary(connection, this.#request(rpc, request, attempt));
    if (Buffer.isBuffer(outcome)) return this.#decode(rpc, outcome);
    throw this.#failure(outcome);
  }

  async *serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined> {
    const connection = this.#readyConnection();
    const messages = callServerStream(connection, this.#request(rpc, request, attempt));
    try {
      for (let next = await messages.next(); ; next = await messages.next()) {
        if (!next.done) yield this.#decode(rpc, next.value);
        else if (next.value === undefined) return;
        else throw this.#failure(next.value);
      }
    } finally {
      await messages.return(undefined);
    }
  }

  close(): void {
    this.#subchannel.close();
  }

  #readyConnection(): Http2Connection {
    const { current } = this.#subchannel;
    if (current === undefined) throw this.#failure(statusOfStreamFailure({ kind: 'unprocessed' }));
    return current;
  }

  #request<Request, Response>(
    rpc: Rpc<Request, Response>,
    message: Uint8Array,
    { context, token, requiresLeader }: Attempt,
  ) {
    return {
      headerBlock: this.#headers.blockFor(rpc.path, { token, requiresLeader, deadline: context.deadline }),
      body: lengthPrefixedMessage(message),
      context,
      maxResponseBytes: maxResponseBytes(this.#settings),
    };
  }

  #decode<Response>(rpc: Rpc<never, Response>, message: Buffer): Response {
    try {
      return rpc.decode(message);
    } catch {
      throw this.#failure(UNREADABLE_MESSAGE);
    }
  }

  #failure({ code, details, isUnprocessed }: Status): AttemptError {
    return new AttemptError(code, details, !isUnprocessed, this.endpoint.text);
  }
}
