import { aborted } from '../../../model/abort-signal.js';
import type { Http2Connection } from '../../http2/connection.js';
import type { Security } from '../../tls/security.js';
import type { Endpoint } from '../endpoint.js';
import type { Attempt, RequestChannel } from '../endpoint-channel.js';
import { statusOfStreamFailure } from '../http-answer.js';
import type { Rpc } from '../rpc.js';
import {
  type ChannelSettings,
  CONNECTED_AND_SILENT,
  explainFailure,
  keepAliveOf,
  maxResponseBytes,
  NOT_CONNECTED_YET,
  proxyOf,
  type ReachableAddress,
} from '../settings.js';
import { CallFailure, type Status, UNREADABLE_MESSAGE } from '../status.js';
import { callServerStream, callUnary } from './call.js';
import { framedMessage } from './message-reader.js';
import { RequestHeaders } from './request-headers.js';
import { Subchannel } from './subchannel.js';

/** A channel to the endpoint for calls of one request. */
export function requestChannel(
  endpoint: Endpoint,
  security: Security,
  settings: ChannelSettings,
): RequestChannel {
  const { address } = endpoint;
  return address.kind === 'malformed'
    ? new NoChannel(endpoint, address.problem)
    : new FramesChannel(endpoint, address, { ...settings, security });
}

/** To an endpoint without a usable address: it is never ready. */
class NoChannel implements RequestChannel {
  readonly isReady = false;
  readonly waitsForConnection = false;

  constructor(
    readonly endpoint: Endpoint,
    readonly problem: string,
  ) {}

  whenReady(signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }

  async whenRefused(): Promise<void> {}

  async explain(): Promise<string> {
    return this.problem;
  }

  async unary(): Promise<never> {
    throw new CallFailure('Unavailable', this.problem, false, this.endpoint.text);
  }

  // biome-ignore lint/correctness/useYield: it fails before there is anything
  async *serverStream(): AsyncGenerator<never, void, undefined> {
    throw new CallFailure('Unavailable', this.problem, false, this.endpoint.text);
  }

  close(): void {}
}

/** Speaks HTTP/2 itself: see `Http2Connection`. */
class FramesChannel implements RequestChannel {
  readonly waitsForConnection = false;
  readonly #address: ReachableAddress;
  readonly #settings: ChannelSettings & { readonly security: Security };
  readonly #reconnection: Subchannel;
  readonly #headers: RequestHeaders;

  constructor(
    readonly endpoint: Endpoint,
    address: ReachableAddress,
    settings: ChannelSettings & { readonly security: Security },
  ) {
    const { security, proxy } = settings;
    this.#address = address;
    this.#settings = settings;
    this.#reconnection = new Subchannel(
      { place: address.place, proxy: proxyOf(address, proxy), security, certifiedHost: address.host },
      keepAliveOf(settings),
    );
    this.#headers = new RequestHeaders({
      isSecure: security.kind === 'tls',
      authority: address.authority,
    });
  }

  get isReady(): boolean {
    return this.#reconnection.current !== undefined;
  }

  whenReady(signal: AbortSignal): Promise<void> {
    return this.#reconnection.whenReady(signal);
  }

  whenRefused(signal: AbortSignal): Promise<void> {
    return this.#reconnection.whenRefused(signal);
  }

  async explain(): Promise<string> {
    const { current, failure } = this.#reconnection;
    if (current !== undefined) return CONNECTED_AND_SILENT;
    if (failure === undefined) return NOT_CONNECTED_YET;
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
    const connection = this.#connected();
    const outcome = await callUnary(connection, this.#request(rpc, request, attempt));
    if (Buffer.isBuffer(outcome)) return this.#decode(rpc, outcome);
    throw this.#failure(outcome);
  }

  async *serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined> {
    const connection = this.#connected();
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
    this.#reconnection.close();
  }

  #connected(): Http2Connection {
    const { current } = this.#reconnection;
    if (current === undefined) throw this.#failure(statusOfStreamFailure({ kind: 'refused' }));
    return current;
  }

  #request<Request, Response>(
    rpc: Rpc<Request, Response>,
    message: Uint8Array,
    { context, token, requiresLeader }: Attempt,
  ) {
    return {
      block: this.#headers.of(rpc.path, { token, requiresLeader, deadline: context.deadline }),
      body: framedMessage(message),
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

  #failure({ code, details, isUnprocessed }: Status): CallFailure {
    return new CallFailure(code, details, !isUnprocessed, this.endpoint.text);
  }
}
