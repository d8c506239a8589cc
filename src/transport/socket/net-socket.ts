import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import type { Socket } from 'node:net';

/** Destroys the socket with the signal's reason when the signal aborts, also after it is connected. */
export function destroyOnAbort(socket: Socket, signal: AbortSignal): void {
  const destroy = () => {
    socket.destroy(signal.reason);
  };
  if (signal.aborted) destroy();
  signal.addEventListener('abort', destroy, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', destroy));
}

/** Gets one address and its family, or a list of addresses if the options ask for all. */
type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * The `lookup` function for `net.connect`: a name with a final dot that cannot be resolved is tried without the dot. DNS discovery
 * returns such names, and the C library does not find them in /etc/hosts, unlike Go.
 */
export function lookUpHost(host: string, options: LookupOptions, callback: LookupCallback): void {
  lookup(host, options, (error, ...found) => {
    if (error === null || !host.endsWith('.')) callback(error, ...found);
    else lookup(host.slice(0, -1), options, callback);
  });
}
