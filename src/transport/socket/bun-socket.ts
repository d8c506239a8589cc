import { UsageError } from '../../model/errors.js';
import { listed } from '../connection.js';
import {
  BORINGSSL_GROUPS,
  CIPHERS,
  checkPeer,
  checkProtocol,
  sentName,
  WHILE_WAITING_MS,
} from '../tls/peer.js';
import type { TlsSecurity, Trust } from '../tls/security.js';
import {
  type Bun,
  type BunError,
  type BunSocket,
  type BunSocketHandlers,
  type BunTlsOptions,
  certificateClassOf,
} from './bun.js';
import type { ByteSocket, DialTarget, SocketEvents } from './dial.js';

/** `h2` behind its length. */
const ALPN_HTTP2 = '\x02h2';

/** See `dial`; on the sockets of Bun. */
export async function dialWithBun(
  bun: Bun,
  destination: DialTarget,
  signal: AbortSignal,
): Promise<ByteSocket> {
  const { place, security, certifiedHost } = destination;
  const where = 'path' in place ? { unix: place.path } : { hostname: place.host, port: place.port };
  if (security.kind === 'plaintext')
    return opened(signal, (handlers) => bun.connect({ ...where, socket: handlers }));
  const trust = security.current();
  const tls = tlsOptions(security, trust, certifiedHost);
  const judge = (socket: BunSocket) => judgePeer(socket, { security, trust, host: certifiedHost });
  try {
    return await opened(signal, (handlers) => bun.connect({ ...where, tls, socket: handlers }), {
      judge,
      trust,
    });
  } catch (error) {
    // Files that are unusable are the reason, whatever else has happened.
    trust.judge();
    if (error instanceof RefusedMaterialError) await refuseMaterial(error, security, trust);
    throw error;
  }
}

async function refuseMaterial(
  error: RefusedMaterialError,
  { flagNames }: TlsSecurity,
  { files: { keyPair } }: Trust,
): Promise<never> {
  const { checkKeyPair } = await import('../tls/files.js');
  if (keyPair) checkKeyPair(keyPair);
  const reasons = [`the TLS library refuses the certificates given with ${listed(flagNames)}`];
  throw new UsageError(`tls: ${error.message}`, 'arguments', { reasons, cause: error });
}

/** The TLS library refuses certificate or key, and does not say which. */
class RefusedMaterialError extends Error {}

interface Securing {
  /** Throws when the server at the other end is not to be trusted. */
  readonly judge: (socket: BunSocket) => void;
  readonly trust: Trust;
}

/** @param securing absent: there is no TLS */
function opened(
  signal: AbortSignal,
  connect: (handlers: BunSocketHandlers) => Promise<BunSocket>,
  securing?: Securing,
): Promise<ByteSocket> {
  return new Promise((resolve, reject) => {
    const socket = new BunByteSocket();
    // An attempt that is under way cannot be ended; what comes of it then is closed.
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    const outcome = { resolve: () => resolve(socket), reject, ...(securing && { judge: securing.judge }) };
    try {
      connect(handlersOf(socket, outcome)).catch((error) => reject(inWords(error)));
    } catch (error) {
      return reject(new RefusedMaterialError((error as Error).message, { cause: error }));
    }
    if (securing) setTimeout(() => judgeOrFail(securing.trust, fail), WHILE_WAITING_MS);
  });
}

function judgeOrFail(trust: Trust, fail: (error: Error) => void): void {
  try {
    trust.judge();
  } catch (error) {
    fail(error as Error);
  }
}

interface Outcome {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly judge?: (socket: BunSocket) => void;
}

function handlersOf(socket: BunByteSocket, { resolve, reject, judge }: Outcome): BunSocketHandlers {
  return {
    open(opened) {
      socket.attach(opened);
      if (judge === undefined) resolve();
    },
    handshake(opened, isSuccess, error) {
      try {
        if (!isSuccess && !isAboutCertificate(error)) throw handshakeFailure(error);
        judge?.(opened);
        resolve();
      } catch (reason) {
        // Before the end, which is told at once and says less.
        reject(reason as Error);
        socket.destroy();
      }
    },
    data: (_socket, chunk) => socket.receive(chunk),
    drain: () => socket.drain(),
    error: (_socket, error) => socket.fail(inWords(error)),
    close(_socket, error) {
      socket.closed(error && inWords(error));
      reject(new Error('the connection was closed at once'));
    },
    connectError: (_socket, error) => reject(inWords(error)),
  };
}

interface Judgement {
  readonly security: TlsSecurity;
  readonly trust: Trust;
  readonly host: string;
}

/** What Bun itself says of the certificate has no say: `checkPeer` judges. */
function judgePeer(socket: BunSocket, { security, trust, host }: Judgement): void {
  const presented: Buffer[] = [];
  let next = socket.getPeerCertificate(false);
  while (next?.raw !== undefined) {
    presented.push(next.raw);
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  if (presented.length === 0) throw HANDSHAKE_FAILED;
  checkPeer({ presented, host }, { security, authorities: trust.judge() }, certificateClassOf(socket));
  checkProtocol(socket.alpnProtocol || undefined, 'h2');
}

const HANDSHAKE_FAILED: BunError = new Error('the TLS handshake was disconnected');

/**
 * Whether the handshake is complete, and failed only in Bun's opinion of the certificate: codes of X509_verify_cert, or for the name. A
 * handshake that broke off has a code of the system, even when the server's certificate is known already: that the server holds its
 * key is not proven then.
 */
function isAboutCertificate(error: BunError | null): boolean {
  return /^(ERR_TLS_CERT_ALTNAME_INVALID|(?!ERR_)[A-Z]+_\w+)$/.test(error?.code ?? '');
}

function handshakeFailure(error: BunError | null): Error {
  return error === null || error.code === 'ECONNRESET' ? HANDSHAKE_FAILED : inWords(error);
}

function tlsOptions(
  security: TlsSecurity,
  { files: { keyPair, authorities } }: Trust,
  host: string,
): BunTlsOptions {
  const serverName = sentName(security.serverName ?? host);
  const known = authorities?.first ?? keyPair?.cert;
  return {
    // Of no consequence, but without any Bun reads all of its own, which takes as long as the handshake.
    ...(known !== undefined && { ca: known }),
    ...(keyPair && { cert: keyPair.cert, key: keyPair.key }),
    ...(serverName !== '' && { serverName }),
    rejectUnauthorized: false,
    ciphers: CIPHERS,
    ecdhCurve: BORINGSSL_GROUPS,
    ALPNProtocols: ALPN_HTTP2,
  };
}

/** Bun's messages lack what has happened when no connection came about. */
function inWords(error: BunError): Error {
  return error.code === undefined ? error : new Error(`${error.code}: ${error.message}`, { cause: error });
}

class BunByteSocket implements ByteSocket {
  #socket: BunSocket | undefined;
  #events: SocketEvents | undefined;
  /** What came before anybody listened. */
  #early: Buffer[] = [];
  /** What the socket has not taken yet. */
  #unsent: Buffer[] = [];
  #failure: Error | undefined;
  #isClosed = false;

  attach(socket: BunSocket): void {
    this.#socket = socket;
    if (this.#isClosed) socket.terminate();
    else socket.setNoDelay(true);
  }

  listen(events: SocketEvents): void {
    queueMicrotask(() => {
      this.#events = events;
      for (const chunk of this.#early.splice(0)) events.onData(chunk);
      if (this.#isClosed) events.onClose(this.#failure);
    });
  }

  write(bytes: Buffer): void {
    this.#unsent.push(bytes);
    if (this.#unsent.length === 1) this.drain();
  }

  get unsentBytes(): number {
    return this.#unsent.reduce((sum, { length }) => sum + length, 0);
  }

  destroy(error?: Error): void {
    this.#socket?.terminate();
    this.closed(error);
  }

  /** The socket takes more. */
  drain(): void {
    for (let next = this.#unsent[0]; next !== undefined && !this.#isClosed; next = this.#unsent[0]) {
      const taken = Math.max(0, this.#socket?.write(next) ?? 0);
      if (taken < next.length) {
        this.#unsent[0] = next.subarray(taken);
        return;
      }
      this.#unsent.shift();
    }
  }

  receive(chunk: Buffer): void {
    if (this.#events === undefined) this.#early.push(chunk);
    else this.#events.onData(chunk);
  }

  /** The connection is about to be closed for this reason. */
  fail(error: Error): void {
    this.#failure = error;
  }

  closed(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#failure ??= error;
    this.#events?.onClose(this.#failure);
  }
}
