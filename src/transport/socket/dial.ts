import { bun } from './bun.js';
import type { ByteSocket, Destination } from './byte-socket.js';

/**
 * A socket to a server, over TLS where that is wanted: the server's certificate is verified then.
 * @param signal ends the attempt, and afterwards the socket
 * @throws Error in the words of Node.js or of its TLS library, or the signal's reason; UsageError for TLS files that are unusable
 */
export async function dial(destination: Destination, signal: AbortSignal): Promise<ByteSocket> {
  if (bun !== undefined && destination.proxy === undefined) {
    const { dialWithBun } = await import('./bun-socket.js');
    return dialWithBun(bun, destination, signal);
  }
  const { dialWithNode } = await import('./node-socket.js');
  return dialWithNode(destination, signal);
}
