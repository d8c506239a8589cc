import { type Bun, bun } from './bun.js';
import type { ByteSocket, Destination } from './byte-socket.js';

/**
 * A socket to a server, over TLS where that is wanted: the server's certificate is verified then.
 * @param signal ends the attempt, and afterwards the socket
 * @throws Error in the words of the runtime or of its TLS library, PeerCertificateError, or the signal's reason; UsageError for TLS
 *   files that are unusable
 */
export async function dial(destination: Destination, signal: AbortSignal): Promise<ByteSocket> {
  if (bun !== undefined && destination.proxy === undefined) return dialByName(bun, destination, signal);
  const { dialWithNode } = await import('./node-socket.js');
  return dialWithNode(destination, signal);
}

/** As `lookUpHost` does for Node.js: a name is also looked for without its final dot. */
async function dialByName(bun: Bun, destination: Destination, signal: AbortSignal): Promise<ByteSocket> {
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
