import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js';
import type { ForwardProxy } from '../../proxy.js';
import type { ConnectStage } from '../../socket/connect-stage.js';
import { openTunnel } from '../../socket/tunnel.js';
import { connectTls } from '../../tls/connect.js';
import type { Security } from '../../tls/security.js';
import type { ReachableAddress } from '../settings.js';

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>;
type Connected = Awaited<ReturnType<SecureConnector['connect']>>;

export interface EndpointSecurity {
  readonly security: Security;
  readonly address: ReachableAddress;
  /** grpc-js connects to the proxy, and these credentials through it to the server. */
  readonly proxy: ForwardProxy | undefined;
}

/**
 * Channel credentials of grpc-js that make of a TCP connection the one for HTTP/2: through a proxy with `openTunnel`, over TLS with
 * `connectTls`, with the TLS files as they are at that time.
 */
export class EndpointCredentials extends ChannelCredentials {
  readonly #endpoint: EndpointSecurity;
  #lastFailure: Error | undefined;
  #stage: ConnectStage = 'address';

  constructor(endpoint: EndpointSecurity) {
    super();
    this.#endpoint = endpoint;
  }

  /** Why the tunnel or the handshake of the latest attempt failed; `undefined`: it did not. */
  get lastFailure(): Error | undefined {
    return this.#lastFailure;
  }

  /** What the latest attempt waits for, or waited for when it failed. */
  get stage(): ConnectStage {
    return this.#stage;
  }

  override _isSecure(): boolean {
    return this.#endpoint.security.kind === 'tls';
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: unknown,
    _options: unknown,
    callCredentials: CallCredentials = CallCredentials.createEmpty(),
  ): SecureConnector {
    return {
      connect: (socket) => this.#connect(socket),
      // Called before each attempt.
      waitForReady: async () => {
        this.#stage = 'address';
        this.#lastFailure = undefined;
      },
      getCallCredentials: () => callCredentials,
      destroy: () => {},
    };
  }

  async #connect(socket: Connected['socket']): Promise<Connected> {
    try {
      const connected = await this.#secure(await this.#tunnel(socket));
      this.#stage = 'http2';
      return connected;
    } catch (error) {
      socket.destroy();
      this.#lastFailure = error as Error;
      throw error;
    }
  }

  async #tunnel(socket: Connected['socket']): Promise<Connected['socket']> {
    const { proxy, address } = this.#endpoint;
    if (proxy === undefined || 'path' in address.socketAddress) return socket;
    this.#stage = 'proxy';
    const { host, port } = address.socketAddress;
    return openTunnel(proxy, { host, port: String(port) }, { socket });
  }

  async #secure(socket: Connected['socket']): Promise<Connected> {
    const { security, address } = this.#endpoint;
    if (security.kind === 'plaintext') return { socket, secure: false };
    this.#stage = 'tls';
    return {
      socket: await connectTls({ socket }, security, { host: address.host, protocol: 'h2' }),
      secure: true,
    };
  }
}
