import { Agent, type AgentOptions, type RequestOptions } from 'node:http';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { abortController } from '../../model/abort-signal.js';
import { destroyOnAbort, lookUpHost } from '../socket/net-socket.js';
import { connectTls } from '../tls/connect.js';
import type { Security, TlsSecurity } from '../tls/security.js';

/** Connecting took longer than the dial timeout. */
export class DialTimeoutError extends Error {}

export interface SecureRequestOptions extends RequestOptions {
  /** Name or IP address that the server's certificate must be valid for, unless `security.serverName` is set. */
  readonly expectedHost: string;
}

export interface TlsAgentOptions extends AgentOptions {
  readonly security: () => Promise<Security>;
  /** Timeout for the TCP connection, before the TLS handshake; 0: no timeout. */
  readonly dialTimeoutMs: number;
}

/** net/http `DefaultTransport.TLSHandshakeTimeout`; etcd's transports use the same value. */
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;

/** An agent for HTTPS requests that connects with `connectTls` instead of node:https. Requests need `SecureRequestOptions`. */
export class TlsAgent extends Agent {
  readonly #closing = abortController();
  readonly #security: () => Promise<Security>;
  readonly #dialTimeoutMs: number;

  constructor({ security, dialTimeoutMs, ...options }: TlsAgentOptions) {
    super(options);
    this.#security = security;
    this.#dialTimeoutMs = dialTimeoutMs;
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#open(options as SecureRequestOptions).then(
      (socket) => callback?.(null, socket),
      (error) => callback?.(error, undefined as never),
    );
  }

  /** Also stops pending connection attempts, which continue when only their request is destroyed. */
  override destroy(): void {
    this.#closing.abort(new Error('the connection was closed'));
    super.destroy();
  }

  async #open({ host, port, socketPath, expectedHost }: SecureRequestOptions): Promise<Socket> {
    const security = await this.#security();
    const address = socketPath ? { path: socketPath } : { host: host ?? '', port: Number(port || 443) };
    const socket = connect({ ...address, lookup: lookUpHost } as TcpNetConnectOpts);
    destroyOnAbort(socket, this.#closing.signal);
    await whenConnected(socket, this.#dialTimeoutMs);
    return security.kind === 'plaintext' ? socket : this.#handshake(socket, security, expectedHost);
  }

  async #handshake(socket: Socket, security: TlsSecurity, host: string): Promise<Socket> {
    const timeout = abortController();
    const timer = setTimeout(
      () => timeout.abort(new Error('net/http: TLS handshake timeout')),
      TLS_HANDSHAKE_TIMEOUT_MS,
    );
    try {
      return await connectTls({ socket }, security, { host, signal: timeout.signal });
    } finally {
      clearTimeout(timer);
    }
  }
}

function whenConnected(socket: Socket, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onTimeout = () => socket.destroy(new DialTimeoutError('no connection'));
    const timer = timeoutMs > 0 ? setTimeout(onTimeout, timeoutMs) : undefined;
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed at once'));
    });
    // Never removed: an unhandled error event ends the process.
    socket.on('error', reject);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
