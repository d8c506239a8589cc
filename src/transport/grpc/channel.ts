import {
  type CallCredentials,
  type ChannelOptions,
  Client,
  connectivityState,
  credentials,
  Metadata,
  setLogger,
} from '@grpc/grpc-js';
import type { ConnectionOptions } from '../connection.js';
import { type ForwardProxy, type ProxySettings, proxyTo } from '../proxy.js';
import { explainConnectionFailure, explainProxiedFailure } from '../tls/connection-failure.js';
import type { Security } from '../tls/security.js';
import { channelSecurity } from './channel-security.js';
import { CLOSABLE_SCHEME, CLOSING_SIGNAL_OPTION } from './closable-resolver.js';
import { abortController } from './deadline.js';
import type { Endpoint, EndpointAddress } from './endpoint.js';

/** grpc-go raises shorter times to this (internal.KeepaliveMinPingTime); etcd ends connections that ping more often than every 5 s. */
const SHORTEST_KEEP_ALIVE_MS = 10_000;

/**
 * Bytes on their way before the server must wait for us; Node.js's 64 KiB halve the speed of a snapshot. It is also what may pile up
 * here while a consumer is busy: 64 MiB bring no speed, but 30 MiB of memory.
 */
const FLOW_CONTROL_WINDOW_BYTES = 16 * 2 ** 20;

type ReachableAddress = Extract<EndpointAddress, { kind: 'reachable' }>;

const LARGEST_MESSAGE_BYTES = 2 ** 31 - 1;

// grpc-js would write to stderr what failed calls say anyway.
setLogger({});

/** Only asks for a connection: it is never sent, see `probe`. */
const PROBE_PATH = '/';

export type ChannelSettings = Pick<
  ConnectionOptions,
  'keepAliveTimeMs' | 'keepAliveTimeoutMs' | 'maxReceiveBytes' | 'proxy'
>;

/** The connection to one endpoint: made when first wanted, and made anew by grpc-js, with growing pauses, when it broke. */
export class EndpointChannel {
  readonly #security: Security;
  readonly #settings: ChannelSettings;
  readonly #closing = abortController();
  #client: Client | undefined;

  constructor(
    readonly endpoint: Endpoint,
    security: Security,
    settings: ChannelSettings,
  ) {
    this.#security = security;
    this.#settings = settings;
  }

  /** To make calls with. @throws Error when the endpoint has no usable address: it is never ready */
  get client(): Client {
    this.#client ??= this.#open();
    return this.#client;
  }

  get isReady(): boolean {
    return this.#state() === connectivityState.READY;
  }

  /** Settles when calls can be made, however long that takes; rejects with the signal's reason. */
  async whenReady(signal: AbortSignal): Promise<void> {
    if (this.endpoint.address.kind === 'malformed') return aborted(signal);
    await this.#probe(true, signal);
  }

  /** Settles when the current attempt to connect has failed, and never when it succeeds; rejects with the signal's reason. */
  async whenRefused(signal: AbortSignal): Promise<void> {
    if (this.endpoint.address.kind === 'malformed') return;
    if ((await this.#probe(false, signal)) === undefined) await aborted(signal);
  }

  /** What stands in the way at this moment, in words. */
  async explain(signal: AbortSignal): Promise<string> {
    const { address } = this.endpoint;
    if (address.kind === 'malformed') return address.problem;
    switch (this.#state()) {
      case connectivityState.TRANSIENT_FAILURE: {
        const details = await this.#probe(false, signal);
        if (details === undefined) return 'connected too late';
        const proxy = proxyOf(address, this.#settings.proxy);
        if (proxy !== undefined) return explainProxiedFailure(details, proxy);
        return explainConnectionFailure(details, this.#security.kind === 'tls');
      }
      case connectivityState.READY:
        return 'connected, but the answer did not come in time';
      default:
        return 'no answer to the attempt to connect';
    }
  }

  /** Ends the connection and whatever runs on it. */
  close(): void {
    this.#client?.close();
    this.#closing.abort();
  }

  #state(): connectivityState | undefined {
    return this.#client?.getChannel().getConnectivityState(false);
  }

  #open(): Client {
    const { address, text } = this.endpoint;
    if (address.kind === 'malformed') throw new Error(`${text}: ${address.problem}`);
    const { credentials, options } = channelSecurity(this.#security, address.host);
    const { target, proxyOptions } = this.#route(address);
    // Sockets in the file system connect or fail at once.
    return new Client(target.replace(/^dns:/, `${CLOSABLE_SCHEME}:`), credentials, {
      ...options,
      ...proxyOptions,
      ...this.#transportOptions(),
      [CLOSING_SIGNAL_OPTION]: this.#closing.signal,
      'grpc.default_authority': address.authority,
      // Its reading of the environment is not Go's: it also takes the proxy for plain HTTP.
      'grpc.enable_http_proxy': 0,
    });
  }

  /** Where to connect to, and what to ask a proxy there. */
  #route(address: ReachableAddress): { target: string; proxyOptions: ChannelOptions } {
    const proxy = proxyOf(address, this.#settings.proxy);
    if (proxy === undefined) return { target: address.target, proxyOptions: {} };
    return {
      target: `dns:${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${proxy.port}`,
      proxyOptions: {
        'grpc.http_connect_target': address.target,
        ...(proxy.credentials !== undefined && { 'grpc.http_connect_creds': proxy.credentials }),
      },
    };
  }

  #transportOptions(): ChannelOptions {
    const { keepAliveTimeMs, keepAliveTimeoutMs, maxReceiveBytes } = this.#settings;
    const keepAlive: ChannelOptions =
      keepAliveTimeMs > 0
        ? {
            'grpc.keepalive_time_ms': Math.max(keepAliveTimeMs, SHORTEST_KEEP_ALIVE_MS),
            'grpc.keepalive_timeout_ms': keepAliveTimeoutMs,
          }
        : {};
    return {
      ...keepAlive,
      'grpc.max_receive_message_length': maxReceiveBytes || LARGEST_MESSAGE_BYTES,
      // Requests are measured before they get here.
      'grpc.max_send_message_length': -1,
      'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.service_config_disable_resolution': 1,
      'grpc.enable_channelz': 0,
    };
  }

  /**
   * Has grpc-js connect and tells how that went: `undefined` when it did, else the status text. It is a call that asks for
   * credentials, which happens on a connection that is ready, before anything is sent, and gets none.
   * @param waits waits through failures instead of reporting them
   */
  #probe(waits: boolean, signal: AbortSignal): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const refuse: CallCredentials = credentials.createFromMetadataGenerator((_parameters, callback) => {
        isConnected = true;
        callback(new Error('connected'));
      });
      const call = this.client.makeUnaryRequest(
        PROBE_PATH,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.alloc(0),
        new Metadata({ waitForReady: waits }),
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

/** Never settles but by the signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Sockets in the file system have none; others by the variable for HTTPS, also without TLS (grpc-go, internal/resolver/delegatingresolver). */
function proxyOf(
  { target, authority, host }: ReachableAddress,
  settings: ProxySettings,
): ForwardProxy | undefined {
  if (!target.startsWith('dns:')) return undefined;
  const port = authority.slice(authority.lastIndexOf(':') + 1);
  return proxyTo({ host, port }, settings.https, settings.exceptions);
}
