import { request } from 'node:http';
import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { ForwardProxy } from '../proxy.js';
import { connectTls } from '../tls/connect.js';
import type { ByteSocket, DialTarget, SocketEvents } from './dial.js';
import { destroyOnAbort, lookUpHost } from './net-socket.js';

/** See `dial`; on the sockets of `node:net` and `node:tls`. */
export async function dialWithNode(destination: DialTarget, signal: AbortSignal): Promise<ByteSocket> {
  const { security, place, certifiedHost } = destination;
  const tunnel = await tunnelFor(destination, signal);
  signal.throwIfAborted();
  if (security.kind === 'plaintext') return new NodeByteSocket(tunnel ?? (await openSocket(place, signal)));
  const way = tunnel ? { socket: tunnel } : place;
  return new NodeByteSocket(await connectTls(way, security, { host: certifiedHost, protocol: 'h2', signal }));
}

/** Over TCP, or to a socket in the file system. */
async function openSocket(place: DialTarget['place'], signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ ...place, lookup: lookUpHost } as TcpNetConnectOpts);
  destroyOnAbort(socket, signal);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    // Stays: an error that nobody hears ends the process.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed at once')));
  });
  return socket;
}

class NodeByteSocket implements ByteSocket {
  #failure: Error | undefined;

  constructor(readonly socket: Socket) {
    // A request would wait for the acknowledgement of what was sent before it, which peers put off for 40 ms.
    socket.setNoDelay(true);
    // An alert of the server is told here alone, and is no reason for the end as Node.js sees it.
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

async function tunnelFor({ place, proxy }: DialTarget, signal: AbortSignal): Promise<Socket | undefined> {
  if (proxy === undefined || 'path' in place) return undefined;
  const socket = await openTunnel(proxy, place, signal);
  destroyOnAbort(socket, signal);
  return socket;
}

/** A connection to the place by way of the proxy, which is asked by `CONNECT`. */
function openTunnel(
  proxy: ForwardProxy,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: target,
      headers: {
        host: target,
        ...(proxy.credentials !== undefined && {
          'proxy-authorization': `Basic ${Buffer.from(proxy.credentials).toString('base64')}`,
        }),
      },
      signal,
    });
    asked.once('error', reject);
    asked.once('connect', ({ statusCode }, socket: Socket, head: Buffer) => {
      if (statusCode !== 200) {
        socket.destroy();
        return reject(new Error(`the proxy answers HTTP ${statusCode}`));
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.end();
  });
}
