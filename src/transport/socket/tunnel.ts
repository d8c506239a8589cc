import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { ForwardProxy, HostPort } from '../proxy.js';
import { explainConnectionFailure } from '../tls/connection-failure.js';

/** A connection through a proxy failed because of the proxy. The message is text for an error message. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

export interface TunnelOptions {
  readonly signal?: AbortSignal;
  /** Called when the proxy is connected. */
  readonly onConnected?: () => void;
  /** A connection to the proxy, if there is one already. */
  readonly socket?: Socket;
}

/**
 * A connection to the target through the proxy, made with `CONNECT`.
 * @throws ProxyError, or the signal's reason
 */
export function openTunnel(
  proxy: ForwardProxy,
  { host, port }: HostPort,
  { signal, onConnected, socket: given }: TunnelOptions,
): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    let isConnected = given !== undefined;
    const connectRequest = request({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      headers: { host: authority, ...authorization(proxy) },
      ...(signal && { signal }),
      ...(given && { createConnection: () => given }),
    });
    connectRequest.once('socket', (socket) => {
      socket.once('connect', () => {
        isConnected = true;
        onConnected?.();
      });
    });
    connectRequest.on('error', (error) => {
      reject(signal?.aborted ? signal.reason : new ProxyError(explain(error, isConnected), { cause: error }));
    });
    connectRequest.once('response', ({ statusCode }) => {
      connectRequest.destroy();
      reject(new ProxyError(explainStatus(statusCode ?? 0, proxy)));
    });
    connectRequest.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      if (statusCode !== 200) {
        socket.destroy();
        return reject(new ProxyError(explainStatus(statusCode, proxy)));
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    connectRequest.end();
  });
}

function authorization({ credentials }: ForwardProxy): Record<string, string> {
  if (credentials === undefined) return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function explainStatus(status: number, { credentials }: ForwardProxy): string {
  switch (status) {
    case 407:
      return credentials === undefined
        ? 'the proxy requires a login (HTTP 407): write HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT'
        : 'the proxy refuses the name or the password in HTTPS_PROXY (HTTP 407)';
    case 403:
      return 'the proxy does not allow this connection (HTTP 403)';
    case 502:
    case 503:
    case 504:
      return `the proxy cannot reach the server (HTTP ${status})`;
    default:
      return `the proxy refuses the connection (HTTP ${status})`;
  }
}

function explain(error: NodeJS.ErrnoException, isConnected: boolean): string {
  const { code = '' } = error;
  if (!isConnected) return unreachableProxy(error);
  if (code.startsWith('HPE_')) return 'what listens there is no HTTP proxy';
  return 'the proxy closed the connection without an answer';
}

/** @param error of connecting to the proxy */
export function unreachableProxy(error: Error): string {
  return `the proxy cannot be reached: ${explainConnectionFailure(error, { isSecure: false })}`;
}
