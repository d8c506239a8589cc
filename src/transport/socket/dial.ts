import type { ForwardProxy } from '../proxy.js';
import type { Security } from '../tls/security.js';
import { type Bun, bun } from './bun.js';
import type { ConnectStage } from './connect-stage.js';

export type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number };

export interface DialOptions {
  readonly address: SocketAddress;
  /** The proxy to connect through; `undefined`: connect directly. */
  readonly proxy: ForwardProxy | undefined;
  readonly security: Security;
  /** Name or IP address that the server's certificate must be valid for, unless `security.serverName` is set. */
  readonly expectedHost: string;
  /** Called when a stage after `address` begins. */
  readonly onStage?: (stage: ConnectStage) => void;
}

export interface SocketEvents {
  /** The chunk must not be used after the call: the socket may free its memory. */
  readonly onData: (chunk: Buffer) => void;
  /** The last event. `error`: why the connection was lost; absent when the server closed it normally. */
  readonly onClose: (error?: Error) => void;
}

/** A connected socket, with or without TLS. */
export interface ByteSocket {
  /** Must be called once, in the turn of the event loop in which `dial` resolved. No event is delivered before it returns. */
  listen(events: SocketEvents): void;
  write(bytes: Buffer): void;
  /** Bytes written that are still buffered in this process. */
  readonly unsentBytes: number;
  /** Closes the socket immediately; `onClose` follows. */
  destroy(error?: Error): void;
}

/**
 * Connects to a server; with TLS, verifies its certificate.
 * @param signal stops the attempt, and later destroys the socket
 * @throws Error of the runtime or its TLS library, PeerCertificateError, UsageError for unusable TLS files, or the signal's reason
 */
export async function dial(options: DialOptions, signal: AbortSignal): Promise<ByteSocket> {
  if (bun !== undefined && options.proxy === undefined) return dialWithNameFallback(bun, options, signal);
  const { dialWithNode } = await import('./node-socket.js');
  return dialWithNode(options, signal);
}

/** Like `lookUpHost` for Node.js: a name with a final dot that cannot be resolved is tried without the dot. */
async function dialWithNameFallback(
  bun: Bun,
  options: DialOptions,
  signal: AbortSignal,
): Promise<ByteSocket> {
  const { dialWithBun } = await import('./bun-socket.js');
  try {
    return await dialWithBun(bun, options, signal);
  } catch (error) {
    const { address } = options;
    const isFullName = 'host' in address && address.host.endsWith('.');
    if (!isFullName || !(error as Error).message.includes('getaddrinfo')) throw error;
    return dialWithBun(bun, { ...options, address: { ...address, host: address.host.slice(0, -1) } }, signal);
  }
}
