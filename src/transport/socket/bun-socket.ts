import { UsageError } from '../../model/errors.js';
import { freeBytes } from '../../runtime/free-bytes.js';
import { BORINGSSL_GROUPS, CIPHERS, checkPeer, checkProtocol, PARSE_DELAY_MS, sniName } from '../tls/peer.js';
import type { TlsConfig, TlsSecurity } from '../tls/security.js';
import {
  type Bun,
  type BunError,
  type BunSocket,
  type BunSocketHandlers,
  type BunTlsOptions,
  certificateClassOf,
} from './bun.js';
import type { ConnectStage } from './connect-stage.js';
import type { ByteSocket, DialOptions, SocketEvents } from './dial.js';

/** The ALPN protocol list on the wire: length, name. */
const ALPN_HTTP2 = '\x02h2';

/** `dial` with Bun's sockets. */
export async function dialWithBun(bun: Bun, options: DialOptions, signal: AbortSignal): Promise<ByteSocket> {
  const { address, security, expectedHost, onStage = () => {} } = options;
  const bunAddress =
    'path' in address ? { unix: address.path } : { hostname: address.host, port: address.port };
  if (security.kind === 'plaintext')
    return openSocket(signal, (handlers) => bun.connect({ ...bunAddress, socket: handlers }), { onStage });
  const openTls = () => dialTls(bun, { address: bunAddress, security, expectedHost, onStage }, signal);
  try {
    return await openTls();
  } catch (error) {
    if (!(error instanceof UsageError) || !security.takeReplacement()) throw error;
    return openTls();
  }
}

interface TlsDial {
  readonly address: { readonly unix: string } | { readonly hostname: string; readonly port: number };
  readonly security: TlsSecurity;
  readonly expectedHost: string;
  readonly onStage: (stage: ConnectStage) => void;
}

async function dialTls(
  bun: Bun,
  { address, security, expectedHost, onStage }: TlsDial,
  signal: AbortSignal,
): Promise<ByteSocket> {
  const config = security.current();
  const tls = tlsOptions(security, config, expectedHost);
  const verify = (socket: BunSocket) => verifyPeer(socket, { security, config, host: expectedHost });
  try {
    return await openSocket(signal, (handlers) => bun.connect({ ...address, tls, socket: handlers }), {
      onStage,
      handshake: { verify, config },
    });
  } catch (error) {
    // An error in the TLS files takes precedence over the connection's.
    config.parseCertificates();
    if (!(error instanceof RefusedCertificateError)) throw error;
    const { refuseFiles } = await import('../tls/files.js');
    return refuseFiles(error, config.files.keyPair, security.flagNames);
  }
}

/** The TLS library rejects the certificate or the key; its message does not say which. */
class RefusedCertificateError extends Error {}

interface TlsHandshake {
  /** Throws when the server's certificate is not trusted. */
  readonly verify: (socket: BunSocket) => void;
  readonly config: TlsConfig;
}

interface OpenOptions {
  readonly onStage: (stage: ConnectStage) => void;
  /** Absent: without TLS. */
  readonly handshake?: TlsHandshake;
}

function openSocket(
  signal: AbortSignal,
  connect: (handlers: BunSocketHandlers) => Promise<BunSocket>,
  { onStage, handshake }: OpenOptions,
): Promise<ByteSocket> {
  return new Promise((resolve, reject) => {
    const socket = new BunByteSocket();
    // Bun cannot cancel an attempt to connect: `BunByteSocket` closes the socket if it opens later.
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    const settlement = {
      resolve: () => {
        onStage('http2');
        resolve(socket);
      },
      reject,
      onConnected: () => onStage('tls'),
      ...(handshake && { verify: handshake.verify }),
    };
    try {
      connect(createHandlers(socket, settlement)).catch((error) => reject(withCode(error)));
    } catch (error) {
      return reject(new RefusedCertificateError((error as Error).message, { cause: error }));
    }
    if (handshake) setTimeout(() => parseOrFail(handshake.config, fail), PARSE_DELAY_MS);
  });
}

function parseOrFail(config: TlsConfig, fail: (error: Error) => void): void {
  try {
    config.parseCertificates();
  } catch (error) {
    fail(error as Error);
  }
}

interface Settlement {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly onConnected: () => void;
  readonly verify?: (socket: BunSocket) => void;
}

function createHandlers(
  socket: BunByteSocket,
  { resolve, reject, onConnected, verify }: Settlement,
): BunSocketHandlers {
  return {
    open(opened) {
      socket.attach(opened);
      onConnected();
      if (verify === undefined) resolve();
    },
    handshake(opened, isSuccess, error) {
      try {
        if (!isSuccess && !isAboutCertificate(error)) throw handshakeFailure(error);
        verify?.(opened);
        resolve();
      } catch (reason) {
        // Rejects first, because `destroy` calls `close` at once, which rejects with a less specific error.
        reject(reason as Error);
        socket.destroy();
      }
    },
    data: (_socket, chunk) => socket.receive(chunk),
    drain: () => socket.drain(),
    error: (_socket, error) => socket.fail(withCode(error)),
    close(_socket, error) {
      socket.closed(error && withCode(error));
      reject(new Error('the connection was closed at once'));
    },
    connectError: (_socket, error) => reject(withCode(error)),
  };
}

interface PeerCheck {
  readonly security: TlsSecurity;
  readonly config: TlsConfig;
  readonly host: string;
}

/** Verifies the server's certificate by `checkPeer`. Bun's own verification is ignored. */
function verifyPeer(socket: BunSocket, { security, config, host }: PeerCheck): void {
  const presented: Buffer[] = [];
  let next = socket.getPeerCertificate(false);
  while (next?.raw !== undefined) {
    presented.push(next.raw);
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  if (presented.length === 0) throw HANDSHAKE_DISCONNECTED;
  checkPeer({ presented, host }, { security, roots: config.parseCertificates() }, certificateClassOf(socket));
  checkProtocol(socket.alpnProtocol || undefined, 'h2');
}

const HANDSHAKE_DISCONNECTED: BunError = new Error('the TLS handshake was disconnected');

/**
 * Whether the handshake is complete and Bun only rejects the certificate: error codes of X509_verify_cert or of the host name check. An
 * interrupted handshake has a system error code, even if the server's certificate was received: then the server has not proven that it
 * holds the private key.
 */
function isAboutCertificate(error: BunError | null): boolean {
  return /^(ERR_TLS_CERT_ALTNAME_INVALID|(?!ERR_)[A-Z]+_\w+)$/.test(error?.code ?? '');
}

function handshakeFailure(error: BunError | null): Error {
  return error === null || error.code === 'ECONNRESET' ? HANDSHAKE_DISCONNECTED : withCode(error);
}

function tlsOptions(
  security: TlsSecurity,
  { files: { keyPair, rootCaFile } }: TlsConfig,
  host: string,
): BunTlsOptions {
  const serverName = sniName(security.serverName ?? host);
  const anyCertificate = rootCaFile?.first ?? keyPair?.cert;
  return {
    // Not used for verification. Without `ca`, Bun parses its built-in root certificates, which takes as long as the handshake.
    ...(anyCertificate !== undefined && { ca: anyCertificate }),
    ...(keyPair && { cert: keyPair.cert, key: keyPair.key }),
    ...(serverName !== '' && { serverName }),
    rejectUnauthorized: false,
    ciphers: CIPHERS,
    ecdhCurve: BORINGSSL_GROUPS,
    ALPNProtocols: ALPN_HTTP2,
  };
}

/** Adds the error code to the message, because Bun's messages for failed connections do not say what happened. */
function withCode(error: BunError): Error {
  return error.code === undefined ? error : new Error(`${error.code}: ${error.message}`, { cause: error });
}

/** Bun receives into new memory each time. */
function deliver(chunk: Buffer, { onData }: SocketEvents): void {
  onData(chunk);
  freeBytes(chunk);
}

class BunByteSocket implements ByteSocket {
  #socket: BunSocket | undefined;
  #events: SocketEvents | undefined;
  /** Chunks received before `listen`. */
  #chunksBeforeListen: Buffer[] = [];
  /** Bytes that the socket has not accepted yet. */
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
      for (const chunk of this.#chunksBeforeListen.splice(0)) deliver(chunk, events);
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

  /** Writes unsent bytes; called by Bun when the socket accepts more. */
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
    if (this.#events === undefined) this.#chunksBeforeListen.push(chunk);
    else deliver(chunk, this.#events);
  }

  /** Stores the error for `onClose`; Bun calls `close` afterwards. */
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
