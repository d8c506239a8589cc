import { aborted } from '../../../model/abort-signal.js';
import type { Http2Connection } from '../../http2/connection.js';
import { isAboutCertificates } from '../../tls/connection-failure.js';
import type { Security } from '../../tls/security.js';
import type { Endpoint } from '../endpoint.js';
import type { Attempt, EndpointChannel, FailedAttempt, OpenChannel } from '../endpoint-channel.js';
import { ConnectionExplainer } from '../explanation.js';
import type { Rpc } from '../rpc.js';
import {
  type ChannelSettings,
  keepAliveOf,
  maxResponseBytes,
  NO_RESPONSE_IN_TIME,
  proxyOf,
  type ReachableAddress,
} from '../settings.js';
import { AttemptError, CONNECTION_UNUSABLE, type Status, UNREADABLE_MESSAGE } from '../status.js';
import { callBidi, callServerStream, callUnary } from './call.js';
import { MessageMemory } from './message-memory.js';
import { lengthPrefixedMessage } from './message-reader.js';
import { RequestHeaders } from './request-headers.js';
import { Subchannel } from './subchannel.js';

/** A channel over HTTP/2 frames of this project. */
export const openChannel: OpenChannel = (endpoint, security, settings) => {
  const { address } = endpoint;
  return address.kind === 'malformed'
    ? new UnreachableChannel(endpoint, address.problem)
    : new Http2Channel(endpoint, address, { ...settings, security });
};

/** A channel to an endpoint with a malformed address: it is never ready. */
class UnreachableChannel implements EndpointChannel {
  readonly isReady = false;
  readonly isAboutCertificates = false;

  constructor(
    readonly endpoint: Endpoint,
    readonly problem: string,
  ) {}

  whenReady(signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }

  async attempt(): Promise<FailedAttempt> {
    return this;
  }

  async explain(): Promise<string> {
    return this.problem;
  }

  async unary(): Promise<never> {
    throw unreachable(this.endpoint, this.problem);
  }

  // biome-ignore lint/correctness/useYield: always throws
  async *serverStream(): AsyncGenerator<never, void, undefined> {
    throw unreachable(this.endpoint, this.problem);
  }

  bidi(): AsyncGenerator<never, void, undefined> {
    return this.serverStream();
  }

  close(): void {}
}

function unreachable({ text }: Endpoint, problem: string): AttemptError {
  return new AttemptError({ code: 'Unavailable', details: problem, isUnprocessed: true }, text);
}

/** `EndpointChannel` with one `Subchannel`. Failures become `AttemptError`s with grpc-go's messages. */
class Http2Channel implements EndpointChannel {
  readonly #explainer: ConnectionExplainer;
  readonly #settings: ChannelSettings & { readonly security: Security };
  readonly #subchannel: Subchannel;
  readonly #headers: RequestHeaders;
  readonly #memory = new MessageMemory();

  constructor(
    readonly endpoint: Endpoint,
    address: ReachableAddress,
    settings: ChannelSettings & { readonly security: Security },
  ) {
    const { security, proxy } = settings;
    this.#explainer = new ConnectionExplainer({ address, proxy, security });
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

  startConnecting(): void {
    this.#subchannel.startConnecting();
  }

  async attempt(signal: AbortSignal): Promise<FailedAttempt | undefined> {
    await this.#subchannel.whenAttempted(signal);
    if (this.isReady) return undefined;
    const { failure } = this.#subchannel;
    return {
      isAboutCertificates: failure !== undefined && isAboutCertificates(failure),
      explain: () => this.explain(),
    };
  }

  whenReady(signal: AbortSignal): Promise<void> {
    return this.#subchannel.whenReady(signal);
  }

  async explain(): Promise<string> {
    const { current, goAway, stage } = this.#subchannel;
    const failure = this.#subchannel.failure ?? goAway;
    if (current !== undefined) return NO_RESPONSE_IN_TIME;
    return failure === undefined ? this.#explainer.pending(stage) : this.#explainer.failed(failure);
  }

  async unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): Promise<Response> {
    const body = lengthPrefixedMessage(request);
    const outcome = await callUnary(this.#readyConnection(), { ...this.#head(rpc, attempt), body });
    if (Buffer.isBuffer(outcome)) return this.#decode(rpc, outcome);
    throw this.#failure(outcome);
  }

  async *serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined> {
    const head = this.#head(rpc, attempt);
    const body = lengthPrefixedMessage(request);
    yield* this.#decoded(rpc, callServerStream(this.#readyConnection(), { ...head, body }));
  }

  async *bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Uint8Array>,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined> {
    yield* this.#decoded(rpc, callBidi(this.#readyConnection(), this.#head(rpc, attempt), requests));
  }

  async *#decoded<Response>(
    rpc: Rpc<never, Response>,
    messages: ReturnType<typeof callServerStream>,
  ): AsyncGenerator<Response, void, undefined> {
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
    if (current === undefined) throw this.#failure(CONNECTION_UNUSABLE);
    return current;
  }

  #head({ path }: Rpc<never, unknown>, { context, token, requiresLeader, reusesMemory = false }: Attempt) {
    return {
      headerBlock: this.#headers.blockFor(path, { token, requiresLeader, timeoutMs: context.leftMs }),
      context,
      maxResponseBytes: maxResponseBytes(this.#settings),
      memory: this.#memory,
      reusesMemory,
    };
  }

  #decode<Response>(rpc: Rpc<never, Response>, message: Buffer): Response {
    try {
      return rpc.decode(message);
    } catch {
      throw this.#failure(UNREADABLE_MESSAGE);
    }
  }

  #failure(status: Status): AttemptError {
    return new AttemptError(status, this.endpoint.text);
  }
}
