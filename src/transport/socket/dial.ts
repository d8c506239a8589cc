import { sentName } from '../tls/server-identity.js';
import { bun } from './bun.js';
import type { ByteSocket, Destination } from './byte-socket.js';

/**
 * A socket to a server, over TLS where that is wanted: the server's certificate is verified then.
 * @param signal ends the attempt, and afterwards the socket
 * @throws Error in the words of Node.js or of its TLS library, or the signal's reason; UsageError for TLS files that are unusable
 */
export async function dial(destination: Destination, signal: AbortSignal): Promise<ByteSocket> {
  if (bun !== undefined && destination.proxy === undefined && isForBun(destination)) {
    const { dialWithBun } = await import('./bun-socket.js');
    return dialWithBun(bun, destination, signal);
  }
  const { dialWithNode } = await import('./node-socket.js');
  return dialWithNode(destination, signal);
}

/** Bun's sockets look for the name that they send, else for the host that they connect to, and close where it is missing. */
function isForBun({ place, security, certifiedHost }: Destination): boolean {
  if (security.kind === 'plaintext' || !security.isVerified) return true;
  const name = security.serverName ?? certifiedHost;
  return sentName(name) !== '' || ('host' in place && place.host === name);
}
