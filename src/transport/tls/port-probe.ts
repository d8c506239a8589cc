/** Finds out what listens at an address where no call can be made. Loaded only after a connection has failed. */
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTlsSocket, type TLSSocket } from 'node:tls';
import { abortController } from '../../model/abort-signal.js';
import type { SocketAddress } from '../socket/dial.js';
import { lookUpHost } from '../socket/net-socket.js';
import { connectTls } from './connect.js';
import type { Security } from './security.js';

/**
 * - `tls`: TLS, without which the connection was made; `http2`: HTTP/2 without TLS
 * - `peer`, `metrics`, `etcd http`: those ports of etcd; `http1`: another web server; `ssh`
 * - `closing`: each connection is closed without an answer; `closing after TLS`: after the handshake
 */
export type PortKind =
  | 'tls'
  | 'http2'
  | 'peer'
  | 'metrics'
  | 'etcd http'
  | 'http1'
  | 'ssh'
  | 'closing'
  | 'closing after TLS';

export interface ProbedPort {
  readonly address: SocketAddress;
  /** How the failed connection was secured. */
  readonly security: Security;
  /** Name or IP address that the server's certificate must be valid for. */
  readonly host: string;
}

/** For each of the questions, which are asked at the same time: the reason is wanted within a second. */
const PROBE_TIMEOUT_MS = 700;

const MAX_ANSWER_BYTES = 16 * 1024;

/** The start of an HTTP/2 connection: the preface, and SETTINGS without any setting, on stream 0. */
const HTTP2_START = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
const SETTINGS_TYPE = 4;

/**
 * Never rejects; `undefined`: unknown. No token is sent.
 * @param wasClosed whether the server closed the failed connection
 */
export async function probePort(port: ProbedPort, wasClosed: boolean): Promise<PortKind | undefined> {
  const { address, security } = port;
  const [overPlain, overTls, isHttp2, isTls] = await Promise.all([
    kindOfHttp1((request) => ask(openSocket(address), request)),
    kindOfHttp1((request) =>
      security.kind === 'plaintext'
        ? ask(openTlsSocket(address), request)
        : askOverTls(port, security, request),
    ),
    speaksHttp2(address),
    speaksTls(address),
  ]);
  if (security.kind === 'plaintext' && isTls) {
    return overTls === 'peer' || overTls === 'metrics' ? overTls : 'tls';
  }
  const known = overTls ?? (isHttp2 ? 'http2' : overPlain);
  if (known !== undefined || !wasClosed || isTls === undefined) return known;
  return isTls ? 'closing after TLS' : 'closing';
}

type Ask = (request: Buffer) => Promise<Buffer>;

/** What an HTTP/1.1 server is, by its answers. */
async function kindOfHttp1(ask: Ask): Promise<PortKind | undefined> {
  const [version, health] = await Promise.all(
    ['/version', '/health'].map(async (path) => {
      const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      return (await ask(Buffer.from(request))).toString('latin1');
    }),
  );
  if (version?.startsWith('SSH-')) return 'ssh';
  if (!version?.startsWith('HTTP/1.')) return undefined;
  const hasHealth = health?.includes('{"health":') ?? false;
  if (version.includes('"etcdserver"')) return hasHealth ? 'etcd http' : 'peer';
  return hasHealth ? 'metrics' : 'http1';
}

function openSocket(address: SocketAddress): Socket {
  return connect({ ...address, lookup: lookUpHost } as TcpNetConnectOpts);
}

/** Verifies nothing: only for questions without secrets, whose answers are used for messages. */
function openTlsSocket(address: SocketAddress, protocol?: 'h2'): TLSSocket {
  return connectTlsSocket({
    ...address,
    ca: [],
    rejectUnauthorized: false,
    ...(protocol && { ALPNProtocols: [protocol] }),
  });
}

async function askOverTls(
  { address, host }: ProbedPort,
  security: Extract<Security, { kind: 'tls' }>,
  request: Buffer,
): Promise<Buffer> {
  const timeout = abortController();
  const timer = setTimeout(() => timeout.abort(new Error('no answer')), PROBE_TIMEOUT_MS);
  try {
    return await ask(await connectTls(address, security, { host, signal: timeout.signal }), request);
  } catch {
    return Buffer.alloc(0);
  } finally {
    clearTimeout(timer);
  }
}

/** What the server sends until it closes the connection or the time is over. */
function ask(socket: Socket, request: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(parts));
    };
    const timer = setTimeout(end, PROBE_TIMEOUT_MS);
    socket.on('data', (part) => {
      parts.push(part);
      sizeBytes += part.length;
      if (sizeBytes > MAX_ANSWER_BYTES) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(request);
  });
}

async function speaksHttp2(address: SocketAddress): Promise<boolean> {
  const answer = await ask(openSocket(address), HTTP2_START);
  return answer[0] === 0 && answer[3] === SETTINGS_TYPE;
}

/** Whether the server answers a TLS handshake, with whatever certificate or alert; `undefined`: not in time. */
function speaksTls(address: SocketAddress): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = openTlsSocket(address, 'h2');
    const end = (isTls?: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isTls);
    };
    const timer = setTimeout(end, PROBE_TIMEOUT_MS);
    socket.once('secureConnect', () => end(true));
    socket.on('error', ({ message }) => end(/\balert\b/i.test(message.replaceAll('_', ' '))));
    socket.once('close', () => end(false));
  });
}

const EXPLANATIONS: Readonly<Record<PortKind, string>> = {
  tls: 'the server speaks TLS: use https://',
  http2: 'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener',
  peer: "this is etcd's peer port, for other members: use the client port, which usually is 2379",
  metrics: "this is etcd's metrics port, which takes no calls: use the client port, which usually is 2379",
  'etcd http':
    'this port of etcd takes HTTP only (--listen-client-http-urls): use one of --listen-client-urls',
  http1: 'another web server (HTTP/1.1) listens on this port: check host and port',
  ssh: 'an SSH server listens on this port: check the port',
  closing:
    'the server closes each connection at once, with TLS and without: it may be a proxy without a server behind it, or another program',
  'closing after TLS':
    'the server closes each connection after the TLS handshake: it may be a proxy without a server behind it, or expect another client certificate',
};

const USUAL_PEER_PORT = 2380;

export function explainPort(kind: PortKind, address: SocketAddress): string {
  const isUsualPeerPort = 'port' in address && address.port === USUAL_PEER_PORT && kind !== 'peer';
  return isUsualPeerPort
    ? `${EXPLANATIONS[kind]}; ${USUAL_PEER_PORT} usually is the port for other members, and 2379 the one for clients`
    : EXPLANATIONS[kind];
}
