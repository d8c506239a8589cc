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
