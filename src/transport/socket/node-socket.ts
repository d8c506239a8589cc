import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import { joinHostPort } from '../proxy.js';
import { connectTls } from '../tls/connect.js';
import type { ByteSocket, DialOptions, SocketEvents } from './dial.js';
import { destroyOnAbort, lookUpHost } from './net-socket.js';

/** `dial` with the sockets of `node:net` and `node:tls`. */
export async function dialWithNode(options: DialOptions, signal: AbortSignal): Promise<ByteSocket> {
  const { security, address, expectedHost } = options;
  const tunnel = await tunnelFor(options, signal);
  signal.throwIfAborted();
  if (security.kind === 'plaintext') return new NodeByteSocket(tunnel ?? (await openSocket(address, signal)));
  const transport = tunnel ? { socket: tunnel } : address;
  return new NodeByteSocket(
    await connectTls(transport, security, { host: expectedHost, protocol: 'h2', signal }),
  );
}

/** Connects to a TCP address or a Unix socket. */
async function openSocket(address: DialOptions['address'], signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ ...address, lookup: lookUpHost } as TcpNetConnectOpts);
  destroyOnAbort(socket, signal);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    // Never removed: an unhandled error event ends the process.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed at once')));
  });
  return socket;
}

class NodeByteSocket implements ByteSocket {
  #failure: Error | undefined;

  constructor(readonly socket: Socket) {
    // With Nagle's algorithm, a request waits for the ACK of earlier data, which peers delay by up to 40 ms.
    socket.setNoDelay(true);
    // A TLS alert of the server is only reported by this event, not by 'close'.
    socket.on('error', (error) => {
      this.#failure ??= error;
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

async function tunnelFor({ address, proxy }: DialOptions, signal: AbortSignal): Promise<Socket | undefined> {
  if (proxy === undefined || 'path' in address) return undefined;
  const { openTunnel } = await import('./tunnel.js');
  const socket = await openSocket({ host: proxy.host, port: Number(proxy.port) }, signal);
  return openTunnel(socket, proxy, joinHostPort(address.host, address.port));
}
