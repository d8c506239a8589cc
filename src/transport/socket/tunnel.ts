import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { ForwardProxy } from '../proxy.js';

/** A connection to the place by way of the proxy, which is asked by `CONNECT`. */
export function openTunnel(
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
