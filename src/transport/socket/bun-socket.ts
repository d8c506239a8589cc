import type { TlsSecurity } from '../tls/security.js';
import { checkCertificate, sentName } from '../tls/server-identity.js';
import type { Bun, BunError, BunSocket, BunSocketHandlers, BunTlsOptions } from './bun.js';
import type { ByteSocket, Destination, SocketEvents } from './byte-socket.js';

/** `h2` behind its length. */
const ALPN_HTTP2 = '\x02h2';

/** See `dial`; on the sockets of Bun. */
export function dialWithBun(bun: Bun, destination: Destination, signal: AbortSignal): Promise<ByteSocket> {
  const { place, security } = destination;
  const where = 'path' in place ? { unix: place.path } : { hostname: place.host, port: place.port };
  const tls = security.kind === 'tls' ? tlsOptions(security, destination.certifiedHost) : undefined;
  return new Promise((resolve, reject) => {
    const socket = new BunByteSocket();
    const handlers = handlersOf(socket, destination, { resolve: () => resolve(socket), reject });
    // An attempt that is under way cannot be ended; what comes of it then is closed.
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      bun
        .connect({ ...where, ...(tls && { tls }), socket: handlers })
        .catch((error) => reject(inWords(error)));
    } catch (error) {
      // The TLS library refuses the files, and does not say which.
      if (security.kind === 'tls') security.check();
      reject(error);
    }
  });
}

interface Outcome {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function handlersOf(
  socket: BunByteSocket,
  destination: Destination,
  { resolve, reject }: Outcome,
): BunSocketHandlers {
  const { security } = destination;
  return {
    open(opened) {
      socket.attach(opened);
      if (security.kind === 'plaintext') resolve();
    },
    handshake(opened, isSuccess, authorizationError) {
      const why = refusalOf(opened, destination, { isSuccess, error: authorizationError });
      if (why === undefined) return resolve();
      // Before the end, which is told at once and says less.
      reject(why);
      socket.destroy();
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

/**
 * Why the server is not to be trusted. Bun judges first: the chain, and only when that is good the name, by its own reading of names;
 * then `checkCertificate` does. Where nothing is verified it judges all the same, and calls another name a failure.
 */
function refusalOf(
  socket: BunSocket,
  { security, certifiedHost }: Destination,
  { isSuccess, error }: { readonly isSuccess: boolean; readonly error: BunError | null },
): Error | undefined {
  if (security.kind === 'plaintext') return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined || error?.code === NO_HANDSHAKE) return inWords(error ?? HANDSHAKE_FAILED);
  if (!security.isVerified) return undefined;
  if (error !== null && error.code !== OTHER_NAME) return inWords(error);
  if (error === null && !isSuccess) return HANDSHAKE_FAILED;
  return checkCertificate(security.serverName ?? certifiedHost, certificate);
}

const HANDSHAKE_FAILED = new Error('the TLS handshake was disconnected');

/** The handshake broke off; all other errors are about the certificate. */
const NO_HANDSHAKE = 'EPROTO';

/** The certificate is good, but for another host. */
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

function tlsOptions(security: TlsSecurity, certifiedHost: string): BunTlsOptions {
  const serverName = sentName(security.serverName ?? certifiedHost);
  return {
    ...security.material,
    ...(serverName !== '' && { serverName }),
    rejectUnauthorized: security.isVerified,
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
