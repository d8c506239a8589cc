import type { ForwardProxy } from '../proxy.js';
import type { Security } from '../tls/security.js';
import { type Bun, bun } from './bun.js';

export type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number };

export interface DialTarget {
  readonly place: SocketAddress;
  /** Between this machine and the place. */
  readonly proxy: ForwardProxy | undefined;
  readonly security: Security;
  /** Name or IP address that the server's certificate must carry, unless the security names another. */
  readonly certifiedHost: string;
}

export interface SocketEvents {
  readonly onData: (chunk: Buffer) => void;
  /** The last that is heard; with what broke the connection, unless the server ended it in order. */
  readonly onClose: (error?: Error) => void;
}

/** Bytes to a server and back, over TLS or not. */
export interface ByteSocket {
  /** To be called once, in the turn of the event loop in which the socket was had. Nothing is heard before it returns. */
  listen(events: SocketEvents): void;
  write(bytes: Buffer): void;
  /** Written, and still in this process. */
  readonly unsentBytes: number;
  /** At once; `onClose` follows. */
  destroy(error?: Error): void;
}

/**
 * A socket to a server, over TLS where that is wanted: the server's certificate is verified then.
 * @param signal ends the attempt, and afterwards the socket
 * @throws Error in the words of the runtime or of its TLS library, PeerCertificateError, or the signal's reason; UsageError for TLS
 *   files that are unusable
 */
export async function dial(destination: DialTarget, signal: AbortSignal): Promise<ByteSocket> {
  if (bun !== undefined && destination.proxy === undefined) return dialByName(bun, destination, signal);
  const { dialWithNode } = await import('./node-socket.js');
  return dialWithNode(destination, signal);
}

/** As `lookUpHost` does for Node.js: a name is also looked for without its final dot. */
async function dialByName(bun: Bun, destination: DialTarget, signal: AbortSignal): Promise<ByteSocket> {
  const { dialWithBun } = await import('./bun-socket.js');
  try {
    return await dialWithBun(bun, destination, signal);
  } catch (error) {
    const { place } = destination;
    const isFullName = 'host' in place && place.host.endsWith('.');
    if (!isFullName || !(error as Error).message.includes('getaddrinfo')) throw error;
    return dialWithBun(bun, { ...destination, place: { ...place, host: place.host.slice(0, -1) } }, signal);
  }
}
