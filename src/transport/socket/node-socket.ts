import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import { joinHostPort } from '../proxy.js';
import { connectTls } from '../tls/connect.js';
import type { ByteSocket, DialOptions, SocketEvents } from './dial.js';
import { destroyOnAbort, lookUpHost } from './net-socket.js';

/** `dial` with the sockets of `node:net` and `node:tls`. */
export async function dialWithNode(options: DialOptions, signal: AbortSignal): Promise<ByteSocket> {
  const { security, address, expectedHost, onStage = () => {} } = options;
  const tunnel = await tunnelFor(options, signal);
  signal.throwIfAborted();
  if (security.kind === 'plaintext') {
    const socket = tunnel ?? (await openSocket(address, signal));
    onStage('http2');
    return new NodeByteSocket(socket);
  }
  const onConnected = () => onStage('tls');
  if (tunnel) onConnected();
  const tls = { host: expectedHost, protocol: 'h2', signal, onConnected } as const;
  const secured = await connectTls(tunnel ? { socket: tunnel } : address, security, tls);
  onStage('http2');
  return new NodeByteSocket(secured);
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

async function tunnelFor(
  { address, proxy, onStage }: DialOptions,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  if (proxy === undefined || 'path' in address) return undefined;
  const { openTunnel, unreachableProxy } = await import('./tunnel.js');
  try {
    const proxyAddress = { host: proxy.host, port: Number(proxy.port) };
    const socket = await openSocket(proxyAddress, signal).catch((error) => {
      throw unreachableProxy(error);
    });
    onStage?.('proxy');
    return await openTunnel(socket, proxy, joinHostPort(address.host, address.port));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
