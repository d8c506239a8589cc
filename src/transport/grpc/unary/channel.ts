import type { Http2Connection } from '../../http2/connection.js';
import type { Stream } from '../../http2/stream.js';
import { explainConnectionFailure, explainProxiedFailure } from '../../tls/connection-failure.js';
import type { Security } from '../../tls/security.js';
import type { CallLimit } from '../call-limit.js';
import { aborted } from '../deadline.js';
import type { Endpoint } from '../endpoint.js';
import type { Attempt, UnaryChannel } from '../endpoint-channel.js';
import type { Rpc } from '../rpc.js';
import {
  type ChannelSettings,
  keepAliveOf,
  largestResponseBytes,
  proxyOf,
  type ReachableAddress,
} from '../settings.js';
import { CallFailure } from '../status.js';
import { framedMessage } from './message-reader.js';
import { Reconnection } from './reconnection.js';
import { RequestHeaders } from './request-headers.js';
import { type Refusal, refusalOf, UnaryResponse } from './response.js';

/** A channel to the endpoint for calls of one request and one response. */
export function unaryChannel(
  endpoint: Endpoint,
  security: Security,
  settings: ChannelSettings,
): UnaryChannel {
  const { address } = endpoint;
  return address.kind === 'malformed'
    ? new NoChannel(endpoint, address.problem)
    : new FramesChannel(endpoint, address, { ...settings, security });
}

/** To an endpoint without a usable address: it is never ready. */
class NoChannel implements UnaryChannel {
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

  close(): void {}
}

/** Speaks HTTP/2 itself: see `Http2Connection`. */
class FramesChannel implements UnaryChannel {
  readonly waitsForConnection = false;
  readonly #address: ReachableAddress;
  readonly #settings: ChannelSettings & { readonly security: Security };
  readonly #reconnection: Reconnection;
  readonly #headers: RequestHeaders;

  constructor(
    readonly endpoint: Endpoint,
    address: ReachableAddress,
    settings: ChannelSettings & { readonly security: Security },
  ) {
    const { security, proxy } = settings;
    this.#address = address;
    this.#settings = settings;
    this.#reconnection = new Reconnection(
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
    if (current !== undefined) return 'connected, but the answer did not come in time';
    if (failure === undefined) return 'no answer to the attempt to connect';
    const proxy = proxyOf(this.#address, this.#settings.proxy);
    const words = wordsOf(failure);
    if (proxy !== undefined) return explainProxiedFailure(words, proxy);
    return explainConnectionFailure(words, this.#settings.security.kind === 'tls');
  }

  async unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    { limit, token }: Attempt,
  ): Promise<Response> {
    const connection = this.#reconnection.current;
    const outcome = connection
      ? await call(connection, {
          block: this.#headers.of(rpc.path, token, limit.deadline),
          body: framedMessage(request),
          limit,
          maxResponseBytes: largestResponseBytes(this.#settings),
        })
      : refusalOf({ kind: 'refused' });
    if (Buffer.isBuffer(outcome)) return rpc.decode(outcome);
    throw new CallFailure(outcome.code, outcome.details, !outcome.isUntouched, this.endpoint.text);
  }

  close(): void {
    this.#reconnection.close();
  }
}

interface Call {
  readonly block: Buffer;
  readonly body: Buffer;
  readonly limit: CallLimit;
  readonly maxResponseBytes: number;
}

/** The response's message, or why there is none; rejects with the limit's reason. */
function call(
  connection: Http2Connection,
  { block, body, limit, maxResponseBytes }: Call,
): Promise<Buffer | Refusal> {
  return new Promise((resolve, reject) => {
    if (limit.isOver) return reject(limit.reason);
    const response = new UnaryResponse(maxResponseBytes);
    const settle = (outcome: Buffer | Refusal) => {
      stopListening();
      resolve(outcome);
    };
    const stream: Stream = connection.request(block, body, {
      onHeaders: (fields) => response.addFields(fields),
      onData: (part) => {
        const refusal = response.addPart(part);
        stream.consumed(part.length);
        if (refusal === undefined) return;
        stream.cancel();
        settle(refusal);
      },
      onEnd: () => settle(response.outcome()),
      onFailure: (failure) => settle(refusalOf(failure)),
    });
    const stopListening = limit.onEnd(() => {
      stream.cancel();
      reject(limit.reason);
    });
  });
}

/** Where several addresses of a host were tried, Node.js keeps their errors apart. */
function wordsOf(error: Error & { readonly code?: string }): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  return error.message || (error.code ?? '');
}
