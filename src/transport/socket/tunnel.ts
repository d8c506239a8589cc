import { request } from 'node:http';
import type { Socket } from 'node:net';
import { type ForwardProxy, ProxyError } from '../proxy.js';
import { connectTls } from '../tls/connect.js';
import { TlsSecurity } from '../tls/security.js';
import { systemRoots } from '../tls/system-roots.js';

/**
 * Asks the proxy for a connection to the authority (`CONNECT`, RFC 9110, 9.3.6). With a proxy whose scheme is `https`, over TLS; the
 * system's authorities must trust its certificate.
 * @param socket connected to the proxy
 * @returns a socket for the bytes of the tunnel
 * @throws ProxyError when the proxy refuses, or an error of the socket
 */
export async function openTunnel(socket: Socket, proxy: ForwardProxy, authority: string): Promise<Socket> {
  const connection = proxy.isSecure ? await secured(socket, proxy) : socket;
  return new Promise((resolve, reject) => {
    const connectRequest = request({
      method: 'CONNECT',
      path: authority,
      createConnection: () => connection,
      headers: {
        host: authority,
        ...(proxy.credentials !== undefined && {
          'proxy-authorization': `Basic ${Buffer.from(proxy.credentials).toString('base64')}`,
        }),
      },
    });
    connectRequest.once('error', reject);
    connectRequest.once('response', ({ statusCode }) => {
      connection.destroy();
      reject(new ProxyError(statusCode ?? 0));
    });
    connectRequest.once('connect', ({ statusCode = 0 }, tunnel: Socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        tunnel.destroy();
        return reject(new ProxyError(statusCode));
      }
      if (head.length > 0) tunnel.unshift(head);
      resolve(tunnel);
    });
    connectRequest.end();
  });
}

async function secured(socket: Socket, { host, systemRoots: paths }: ForwardProxy): Promise<Socket> {
  const options = { insecureTransport: false, insecureSkipVerify: false };
  const files = { keyPair: undefined, rootCaFile: undefined };
  const security = new TlsSecurity(options, files, await systemRoots(paths));
  return connectTls({ socket }, security, { host });
}
