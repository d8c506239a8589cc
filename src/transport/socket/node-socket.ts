import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { secureOptions } from '../tls/secure-options.js';
import type { ByteSocket, Destination, SocketEvents } from './byte-socket.js';

/** See `dial`; on the sockets of `node:net` and `node:tls`. */
export async function dialWithNode(destination: Destination, signal: AbortSignal): Promise<ByteSocket> {
  const { security, place, certifiedHost } = destination;
  const tunnel = await openTunnel(destination, signal);
  signal.throwIfAborted();
  const way = tunnel ? { socket: tunnel } : place;
  const isSecure = security.kind === 'tls';
  const socket = isSecure
    ? connectTls({ ...way, ...secureOptions(security, certifiedHost), ALPNProtocols: ['h2'] })
    : (tunnel ?? connectTcp(way as TcpNetConnectOpts));
  // A request would wait for the acknowledgement of what was sent before it, which peers put off for 40 ms.
  socket.setNoDelay(true);
  const destroy = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', destroy, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', destroy));
  const bytes = new NodeByteSocket(socket);
  if (isSecure || !tunnel) await opened(socket, isSecure ? 'secureConnect' : 'connect');
  return bytes;
}

class NodeByteSocket implements ByteSocket {
  #failure: Error | undefined;

  constructor(readonly socket: Socket) {
    // From the beginning: an error that nobody hears ends the process.
    socket.on('error', (error) => {
      this.#failure = error;
    });
  }

  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  listen({ onData, onClose }: SocketEvents): void {
    this.socket.on('close', () => onClose(this.#failure));
    this.socket.on('data', onData);
  }

  write(bytes: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  destroy(error?: Error): void {
    this.socket.destroy(error);
  }
}

async function openTunnel({ place, proxy }: Destination, signal: AbortSignal): Promise<Socket | undefined> {
  if (proxy === undefined || 'path' in place) return undefined;
  const { openTunnel } = await import('./tunnel.js');
  return openTunnel(proxy, place, signal);
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
