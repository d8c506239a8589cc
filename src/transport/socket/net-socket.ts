import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import type { Socket } from 'node:net';

/** The signal destroys the socket, with its reason; also after the connection stands. */
export function destroyOnAbort(socket: Socket, signal: AbortSignal): void {
  const destroy = () => {
    socket.destroy(signal.reason);
  };
  if (signal.aborted) destroy();
  signal.addEventListener('abort', destroy, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', destroy));
}

/** With one address and its family, or with a list of addresses alone, as the options ask. */
type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * For `net.connect`: a full name, with its final dot, is also looked for without it. The C library does not find it in /etc/hosts
 * otherwise, as Go does; discovery by DNS gives such names.
 */
export function lookUpHost(host: string, options: LookupOptions, callback: LookupCallback): void {
  lookup(host, options, (error, ...found) => {
    if (error === null || !host.endsWith('.')) callback(error, ...found);
    else lookup(host.slice(0, -1), options, callback);
  });
}
