import { CallCredentials, ChannelCredentials, credentials } from '@grpc/grpc-js';
import { connectTls } from '../../tls/connect.js';
import type { Security, TlsSecurity } from '../../tls/security.js';

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>;

/** Channel credentials of grpc-js that use `connectTls`, with the TLS files as they are when the connection is made. */
export class VerifiedCredentials extends ChannelCredentials {
  readonly #security: TlsSecurity;
  readonly #host: string;
  #lastFailure: Error | undefined;

  constructor(security: TlsSecurity, host: string) {
    super();
    this.#security = security;
    this.#host = host;
  }

  /** Why the latest handshake failed; `undefined` when it succeeded. */
  get lastFailure(): Error | undefined {
    return this.#lastFailure;
  }

  override _isSecure(): boolean {
    return true;
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
      connect: (socket) => this.#handshake(socket),
      waitForReady: async () => {},
      getCallCredentials: () => callCredentials,
      destroy: () => {},
    };
  }

  async #handshake(
    socket: Parameters<SecureConnector['connect']>[0],
  ): ReturnType<SecureConnector['connect']> {
    this.#lastFailure = undefined;
    try {
      const secured = await connectTls({ socket }, this.#security, { host: this.#host, protocol: 'h2' });
      return { socket: secured, secure: true };
    } catch (error) {
      this.#lastFailure = error as Error;
      throw error;
    }
  }
}

/** @param host name or IP address that the server's certificate must be valid for, unless `security.serverName` is set */
export function credentialsFor(security: Security, host: string): ChannelCredentials {
  return security.kind === 'plaintext'
    ? credentials.createInsecure()
    : new VerifiedCredentials(security, host);
}
