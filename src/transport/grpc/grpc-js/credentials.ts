import type { Socket } from 'node:net';
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js';
import { abortController } from '../../../model/abort-signal.js';
import { joinHostPort } from '../../proxy.js';
import { type ConnectStage, ConnectTimeoutError } from '../../socket/connect-stage.js';
import { destroyOnAbort } from '../../socket/net-socket.js';
import { connectTls } from '../../tls/connect.js';
import type { Security } from '../../tls/security.js';
import { CONNECT_TIMEOUT_MS, type proxyOf, type ReachableAddress } from '../settings.js';

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>;
type Connected = Awaited<ReturnType<SecureConnector['connect']>>;

interface ConnectionSettings {
  readonly security: Security;
  readonly address: ReachableAddress;
  readonly proxy: ReturnType<typeof proxyOf>;
  /** Aborts when the channel is closed. */
  readonly closing: AbortSignal;
  /** Calls the function when calls can be made. */
  readonly onReady: (listener: () => void) => void;
}

/**
 * Channel credentials of grpc-js that make of each TCP connection what calls go over: through the proxy, and with `connectTls`, with the
 * TLS files as they are at that time.
 */
export class ConnectionCredentials extends ChannelCredentials {
  readonly #settings: ConnectionSettings;
  #lastFailure: Error | undefined;
  #stage: ConnectStage = 'address';
  #latest: Socket | undefined;

  constructor(settings: ConnectionSettings) {
    super();
    this.#settings = settings;
  }

  /** Why the tunnel or the handshake of the latest attempt failed; `undefined`: it did not. */
  get lastFailure(): Error | undefined {
    return this.#lastFailure;
  }

  /** What the latest attempt waits for, or waited for when it failed. */
  get stage(): ConnectStage {
    return this.#stage;
  }

  /** The socket of the latest connection; `undefined`: there was none. */
  get latest(): Socket | undefined {
    return this.#latest;
  }

  override _isSecure(): boolean {
    return this.#settings.security.kind === 'tls';
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
      // Called before each attempt. grpc-js can make one after the channel is closed.
      waitForReady: async () => {
        this.#settings.closing.throwIfAborted();
        this.#stage = 'address';
      },
      getCallCredentials: () => callCredentials,
      destroy: () => {},
    };
  }

  async #connect(socket: Socket): Promise<Connected> {
    const { closing, onReady } = this.#settings;
    closing.throwIfAborted();
    const limit = abortController();
    const expire = () => limit.abort(new ConnectTimeoutError(this.#stage));
    const timer = setTimeout(expire, CONNECT_TIMEOUT_MS).unref();
    const close = () => socket.destroy();
    closing.addEventListener('abort', close, { once: true });
    socket.once('close', () => {
      clearTimeout(timer);
      closing.removeEventListener('abort', close);
    });
    destroyOnAbort(socket, limit.signal);
    try {
      const connection = await this.#secured(await this.#tunnelled(socket));
      this.#stage = 'http2';
      this.#lastFailure = undefined;
      this.#latest = connection;
      // grpc-js itself waits for SETTINGS without a limit.
      onReady(() => clearTimeout(timer));
      return { socket: connection, secure: this._isSecure() };
    } catch (error) {
      this.#lastFailure = limit.signal.aborted ? limit.signal.reason : (error as Error);
      clearTimeout(timer);
      throw this.#lastFailure;
    }
  }

  async #tunnelled(socket: Socket): Promise<Socket> {
    const { proxy, address } = this.#settings;
    if (proxy === undefined || 'path' in address.socketAddress) return socket;
    this.#stage = 'proxy';
    const { openTunnel } = await import('../../socket/tunnel.js');
    const { host, port } = address.socketAddress;
    return openTunnel(socket, proxy, joinHostPort(host, port));
  }

  async #secured(socket: Socket): Promise<Socket> {
    const { security, address } = this.#settings;
    if (security.kind === 'plaintext') return socket;
    this.#stage = 'tls';
    return connectTls({ socket }, security, { host: address.host, protocol: 'h2' });
  }
}
