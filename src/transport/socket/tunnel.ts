import { request } from 'node:http';
import type { Socket } from 'node:net';
import { type ForwardProxy, ProxyError } from '../proxy.js';
import { connectTls } from '../tls/connect.js';
import { describeFailure, explainConnectionFailure, formatFailure } from '../tls/connection-failure.js';
import { TlsSecurity } from '../tls/security.js';
import { systemRoots } from '../tls/system-roots.js';

/**
 * Asks the proxy for a connection to the authority (`CONNECT`, RFC 9110, 9.3.6). With a proxy whose scheme is `https`, over TLS; the
 * system's authorities must trust its certificate.
 * @param socket connected to the proxy
 * @returns a socket for the bytes of the tunnel
 * @throws ProxyError
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
    // Never removed: an unhandled error event ends the process.
    connectRequest.on('error', (cause) => reject(new ProxyError(noAnswer(cause), { cause })));
    connectRequest.once('response', ({ statusCode = 0 }) => {
      connection.destroy();
      reject(new ProxyError(refusal(statusCode, proxy)));
    });
    connectRequest.once('connect', ({ statusCode = 0 }, tunnel: Socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        tunnel.destroy();
        return reject(new ProxyError(refusal(statusCode, proxy)));
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
  try {
    return await connectTls({ socket }, security, { host });
  } catch (cause) {
    throw new ProxyError(noTlsConnection(cause as Error), { cause });
  }
}

function noTlsConnection(failure: Error): string {
  const { words, goText } = describeFailure(failure, { isSecure: true });
  return goText?.startsWith('tls: first record')
    ? formatFailure('the proxy does not speak TLS: write HTTPS_PROXY=http://…', goText)
    : `no TLS connection to the proxy: ${formatFailure(words, goText)}`;
}

/** @param error of connecting to the proxy */
export function unreachableProxy(error: Error): ProxyError {
  const why = explainConnectionFailure(error, { isSecure: false });
  return new ProxyError(`the proxy cannot be reached: ${why}`, { cause: error });
}

function refusal(status: number, { credentials }: ForwardProxy): string {
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

function noAnswer({ code = '' }: NodeJS.ErrnoException): string {
  return code.startsWith('HPE_')
    ? 'what listens there is no HTTP proxy'
    : 'the proxy closed the connection without an answer';
}
