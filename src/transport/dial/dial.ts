import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ForwardProxy } from '../proxy.js';
import type { Security } from '../tls/security.js';
import { checkIdentity } from '../tls/server-identity.js';

export type Place = { readonly path: string } | { readonly host: string; readonly port: number };

export interface Destination {
  readonly place: Place;
  /** Between this machine and the place. */
  readonly proxy: ForwardProxy | undefined;
  readonly security: Security;
  /** Name or IP address that the server's certificate must carry, unless the security names another. */
  readonly certifiedHost: string;
}

/**
 * A socket to a server, over TLS where that is wanted: the server's certificate is verified then.
 * @param signal ends the attempt, and afterwards the socket
 * @throws Error in the words of Node.js or of its TLS library, or the signal's reason
 */
export async function dial(destination: Destination, signal: AbortSignal): Promise<Socket> {
  const { security, place } = destination;
  const tunnel = await openTunnel(destination, signal);
  signal.throwIfAborted();
  const isSecure = security.kind === 'tls';
  const way = tunnel ? { socket: tunnel } : { ...place, noDelay: true };
  const socket = isSecure
    ? connectTls({ ...way, ...tlsOptions(security, destination.certifiedHost) })
    : (tunnel ?? connectTcp(way as TcpNetConnectOpts));
  const destroy = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', destroy, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', destroy));
  if (isSecure || !tunnel) await opened(socket, isSecure ? 'secureConnect' : 'connect');
  return socket;
}

async function openTunnel({ place, proxy }: Destination, signal: AbortSignal): Promise<Socket | undefined> {
  if (proxy === undefined || 'path' in place) return undefined;
  const { openTunnel } = await import('./tunnel.js');
  return openTunnel(proxy, place, signal);
}

function tlsOptions(security: Extract<Security, { kind: 'tls' }>, certifiedHost: string) {
  const name = security.serverName ?? certifiedHost;
  return {
    secureContext: security.context,
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: security.isVerified,
    checkServerIdentity: (_sentName: string, certificate: { readonly raw: Uint8Array }) =>
      checkIdentity(name, certificate),
    // TLS sends the wanted name in clear (SNI), where RFC 6066 forbids IP addresses.
    servername: isIP(name) ? '' : name,
    ALPNProtocols: ['h2'],
  };
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      socket.off(event, succeed);
      socket.off('error', settle);
      socket.off('close', close);
      if (error) reject(error);
      else resolve();
    };
    const succeed = () => settle();
    const close = () => settle(new Error('the connection was closed at once'));
    socket.once(event, succeed);
    socket.once('error', settle);
    socket.once('close', close);
  });
}
