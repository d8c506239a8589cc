import {
  type CallCredentials,
  type ChannelOptions,
  Client,
  connectivityState,
  credentials,
  Metadata,
  setLogger,
} from '@grpc/grpc-js';
import { abortController, aborted } from '../../../model/abort-signal.js';
import { monotonicMs } from '../../../runtime/monotonic-clock.js';
import { joinHostPort } from '../../proxy.js';
import { prepareTls } from '../../tls/connect.js';
import { describeFailure, ENDS_CONNECTIONS, isAboutCertificates } from '../../tls/connection-failure.js';
import type { Security } from '../../tls/security.js';
import type { Endpoint } from '../endpoint.js';
import type { Attempt, EndpointChannel, FailedAttempt, OpenChannel } from '../endpoint-channel.js';
import { ConnectionExplainer } from '../explanation.js';
import type { Rpc } from '../rpc.js';
import {
  type ChannelSettings,
  FLOW_CONTROL_WINDOW_BYTES,
  keepAliveOf,
  maxResponseBytes,
  NO_RESPONSE_IN_TIME,
  proxyOf,
  type ReachableAddress,
} from '../settings.js';
import { CallMetadata, type CallSettings, callBidi, callServerStream, callUnary } from './call.js';
import type { ConnectionState } from './call-error.js';
import { CLOSABLE_SCHEME, CLOSING_SIGNAL_OPTION } from './closable-resolver.js';
import { connectOnce } from './connect-once.js';
import { ConnectionCredentials } from './credentials.js';
import { LargeMessages } from './large-messages.js';

// grpc-js would log errors to stderr that the failed calls report anyway.
setLogger({});

/** A server that ends its connections has had one in this time: longer than the backoff of calls. */
const JUST_NOW_MS = 2000;

/** Path of the call that `#probe` makes; it is never sent. */
const PROBE_PATH = '/';

export const openChannel: OpenChannel = (...args) => new GrpcJsChannel(...args);

/** A channel over grpc-js, which connects and reconnects with exponential backoff by itself. */
class GrpcJsChannel implements EndpointChannel {
  readonly #security: Security;
  readonly #settings: ChannelSettings;
  readonly #metadata = new CallMetadata();
  readonly #closing = abortController();
  readonly #connection: ConnectionState;
  readonly #largeMessages = new LargeMessages();
  #client: Client | undefined;
  /** When the channel was last seen to be ready. */
  #readyAtMs: number | undefined;
  #credentials: ConnectionCredentials | undefined;
  #explainer: ConnectionExplainer | undefined;

  constructor(
    readonly endpoint: Endpoint,
    security: Security,
    settings: ChannelSettings,
  ) {
    this.#security = security;
    this.#settings = settings;
    const channel = this;
    this.#connection = {
      get isReady() {
        return channel.isReady;
      },
      get isOpen() {
        return channel.#credentials?.latest?.destroyed === false;
      },
    };
  }

  get isReady(): boolean {
    return this.#state() === connectivityState.READY;
  }

  async attempt(signal: AbortSignal): Promise<FailedAttempt | undefined> {
    const { address } = this.endpoint;
    if (address.kind === 'malformed') {
      return { isAboutCertificates: false, explain: async () => address.problem };
    }
    if (await connectOnce(this.#openedClient().getChannel(), signal)) {
      this.#readyAtMs = monotonicMs();
      return undefined;
    }
    const details = await this.#probe(false, signal);
    if (details === undefined) return undefined;
    return {
      isAboutCertificates: isAboutCertificates(this.#failureOf(details)),
      explain: () => this.#explain(address, details),
    };
  }

  async whenReady(signal: AbortSignal): Promise<void> {
    if (this.endpoint.address.kind === 'malformed') return aborted(signal);
    await this.#probe(true, signal);
  }

  async explain(signal: AbortSignal): Promise<string> {
    const { address } = this.endpoint;
    if (address.kind === 'malformed') return address.problem;
    const state = this.#state();
    if (state === connectivityState.TRANSIENT_FAILURE) {
      return (await this.attempt(signal))?.explain() ?? 'connected too late';
    }
    if (state === connectivityState.READY) return NO_RESPONSE_IN_TIME;
    const hasEnded = state === connectivityState.IDLE && this.#readyAtMs !== undefined;
    if (hasEnded || monotonicMs() - (this.#readyAtMs ?? Number.NEGATIVE_INFINITY) < JUST_NOW_MS)
      return ENDS_CONNECTIONS;
    return this.#explainerOf(address).pending(this.#credentials?.stage ?? 'address');
  }

  async unary<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): Promise<Response> {
    return callUnary(rpc, request, this.#callSettings(attempt));
  }

  serverStream<Request, Response>(
    rpc: Rpc<Request, Response>,
    request: Uint8Array,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined> {
    return callServerStream(rpc, request, this.#callSettings(attempt));
  }

  bidi<Request, Response>(
    rpc: Rpc<Request, Response>,
    requests: AsyncIterable<Uint8Array>,
    attempt: Attempt,
  ): AsyncGenerator<Response, void, undefined> {
    return callBidi(rpc, requests, this.#callSettings(attempt));
  }

  close(): void {
    this.#client?.close();
    this.#closing.abort();
  }

  /** @throws Error when the endpoint's address is malformed */
  #openedClient(): Client {
    this.#client ??= this.#open();
    return this.#client;
  }

  #callSettings(attempt: Attempt): CallSettings {
    return {
      client: this.#openedClient(),
      endpoint: this.endpoint.text,
      context: attempt.context,
      metadata: this.#metadata.of(attempt),
      connection: this.#connection,
      largeMessages: this.#largeMessages,
    };
  }

  /** @param details of the status that grpc-js gives to calls while it cannot connect */
  async #explain(address: ReachableAddress, details: string): Promise<string> {
    const explainer = this.#explainerOf(address);
    const failure = this.#failureOf(details);
    if (failure === this.#credentials?.lastFailure) return explainer.failed(failure);
    const isSecure = this.#security.kind === 'tls';
    const isOfAddress = describeFailure(failure, { isSecure }).subject.kind === 'other';
    if (!isOfAddress || proxyOf(address, this.#settings.proxy) === undefined)
      return explainer.failed(failure);
    const { unreachableProxy } = await import('../../socket/tunnel.js');
    return explainer.failed(unreachableProxy(failure));
  }

  #failureOf(details: string): Error {
    const own = this.#credentials?.lastFailure;
    // The details can be those of an earlier attempt.
    return own !== undefined && details.includes(own.message) ? own : new Error(details);
  }

  #explainerOf(address: ReachableAddress): ConnectionExplainer {
    const { proxy } = this.#settings;
    this.#explainer ??= new ConnectionExplainer({ address, proxy, security: this.#security });
    return this.#explainer;
  }

  #state(): connectivityState | undefined {
    return this.#client?.getChannel().getConnectivityState(false);
  }

  #open(): Client {
    const { address, text } = this.endpoint;
    if (address.kind === 'malformed') throw new Error(`${text}: ${address.problem}`);
    if (this.#security.kind === 'tls') prepareTls(this.#security);
    const proxy = proxyOf(address, this.#settings.proxy);
    this.#credentials = new ConnectionCredentials({
      security: this.#security,
      address,
      proxy,
      closing: this.#closing.signal,
      onReady: (listener) => this.#client?.waitForReady(Number.POSITIVE_INFINITY, listener),
    });
    const target = proxy === undefined ? address.target : `dns:${joinHostPort(proxy.host, proxy.port)}`;
    // Unix sockets keep their own resolver: they connect or fail at once.
    return new Client(target.replace(/^dns:/, `${CLOSABLE_SCHEME}:`), this.#credentials, {
      ...this.#transportOptions(),
      [CLOSING_SIGNAL_OPTION]: this.#closing.signal,
      'grpc.default_authority': address.authority,
      // `ConnectionCredentials` connects through the proxy. grpc-js would also use the one for plain HTTP from the environment.
      'grpc.enable_http_proxy': 0,
    });
  }

  #transportOptions(): ChannelOptions {
    const keepAlive = keepAliveOf(this.#settings);
    return {
      ...(keepAlive && {
        'grpc.keepalive_time_ms': keepAlive.timeMs,
        'grpc.keepalive_timeout_ms': keepAlive.timeoutMs,
      }),
      'grpc.max_receive_message_length': maxResponseBytes(this.#settings),
      // `RequestEncoder` limits the size of requests.
      'grpc.max_send_message_length': -1,
      'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
      // `CallRunner` retries.
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.service_config_disable_resolution': 1,
      'grpc.enable_channelz': 0,
    };
  }

  /**
   * Makes grpc-js connect. Resolves with `undefined` when it is connected, else with the details of the failure. Done by a call whose
   * call credentials fail: grpc-js requests these when the connection is ready, before it sends anything.
   * @param waitsForReady waits for a connection instead of reporting a failed attempt
   */
  #probe(waitsForReady: boolean, signal: AbortSignal): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const refuse: CallCredentials = credentials.createFromMetadataGenerator((_parameters, callback) => {
        isConnected = true;
        this.#readyAtMs = monotonicMs();
        callback(new Error('connected'));
      });
      const call = this.#openedClient().makeUnaryRequest(
        PROBE_PATH,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.alloc(0),
        new Metadata({ waitForReady: waitsForReady }),
        { credentials: refuse },
        (error) => {
          signal.removeEventListener('abort', cancel);
          if (signal.aborted) reject(signal.reason);
          else resolve(isConnected ? undefined : (error?.details ?? ''));
        },
      );
      const cancel = () => call.cancel();
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
    });
  }
}
