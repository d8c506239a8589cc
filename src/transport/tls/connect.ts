import { constants, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { bun } from '../socket/bun.js';
import { destroyOnAbort, lookUpHost } from '../socket/net-socket.js';
import { refuseFiles, type TlsFiles } from './files.js';
import { BORINGSSL_GROUPS, CIPHERS, checkPeer, checkProtocol, PARSE_DELAY_MS, sniName } from './peer.js';
import type { TlsConfig, TlsSecurity } from './security.js';

/** What TLS runs over: a connected socket, or an address to connect to. */
export type TlsTransport =
  | { readonly socket: Socket }
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

export interface TlsConnectOptions {
  /** Name or IP address that the server's certificate must be valid for, unless `security.serverName` is set. */
  readonly host: string;
  /** The protocol that is offered with ALPN (RFC 7301) and that the server must select; absent: none is offered. */
  readonly protocol?: 'h2';
  /** Destroys the socket when it aborts, also after the handshake. */
  readonly signal?: AbortSignal;
  /** Called when the TCP connection is made, if it is not given. */
  readonly onConnected?: () => void;
  /** Called with the DER of the certificates that the server sent, its own first, when they are trusted. */
  readonly onTrusted?: (presented: readonly Buffer[]) => void;
}

/**
 * Makes a TLS connection with node:tls and verifies the server by `checkPeer`. The verification of Node.js is off, so
 * NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS have no effect.
 * @throws UsageError when the TLS library rejects the files, PeerCertificateError, the signal's reason, or an error of node:tls
 */
export async function connectTls(
  transport: TlsTransport,
  security: TlsSecurity,
  { host, protocol, signal, onConnected, onTrusted }: TlsConnectOptions,
): Promise<TLSSocket> {
  const { config, secureContext } = withReplacedPair(security, (current) => ({
    config: current,
    secureContext: contextOf(current.files, security),
  }));
  const socket = connect({
    ...transport,
    ...('host' in transport && { lookup: lookUpHost as never }),
    secureContext,
    rejectUnauthorized: false,
    servername: sniName(security.serverName ?? host),
    ...(protocol && { ALPNProtocols: [protocol] }),
  });
  if (signal) destroyOnAbort(socket, signal);
  if (onConnected) socket.once('connect', onConnected);
  const parseTimer = setTimeout(() => parseOrDestroy(config, socket), PARSE_DELAY_MS);
  try {
    await whenSecured(socket);
    const presented = presentedBy(socket);
    checkPeer({ presented, host }, { security, roots: config.parseCertificates() }, X509Certificate);
    onTrusted?.(presented);
    checkProtocol(socket.alpnProtocol || undefined, protocol);
    return socket;
  } catch (error) {
    socket.destroy();
    // An error in the TLS files takes precedence over the connection's.
    config.parseCertificates();
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(parseTimer);
  }
}

function parseOrDestroy(config: TlsConfig, socket: TLSSocket): void {
  try {
    config.parseCertificates();
  } catch (error) {
    socket.destroy(error as Error);
  }
}

/** Checks the TLS files before the first connection attempt. @throws UsageError when they are unusable */
export function prepareTls(security: TlsSecurity): void {
  withReplacedPair(security, (config) => {
    config.parseCertificates();
    contextOf(config.files, security);
  });
}

/** Calls `use` once more when it throws and the certificate and the key have been replaced meanwhile. */
function withReplacedPair<Outcome>(security: TlsSecurity, use: (config: TlsConfig) => Outcome): Outcome {
  try {
    return use(security.current());
  } catch (error) {
    if (!security.takeReplacement()) throw error;
    return use(security.current());
  }
}

/** One context for all connections with the same files. */
const contexts = new WeakMap<TlsFiles, SecureContext>();

function contextOf(files: TlsFiles, security: TlsSecurity): SecureContext {
  const cached = contexts.get(files);
  if (cached) return cached;
  const context = newContext(files, security);
  contexts.set(files, context);
  return context;
}

/**
 * Security level 0 turns off OpenSSL's own rules for keys and digests, which differ between versions: `checkPeer` applies Go's.
 * BoringSSL has no security levels.
 */
const SECURITY_LEVEL = bun === undefined ? ':@SECLEVEL=0' : '';

/** crypto/tls `defaultSupportedSignatureAlgorithms`: none with SHA-1. */
const SIGNATURE_ALGORITHMS = [
  'rsa_pss_rsae_sha256',
  'ecdsa_secp256r1_sha256',
  'ed25519',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
].join(':');

function newContext({ keyPair }: TlsFiles, { flagNames }: TlsSecurity): SecureContext {
  try {
    return createSecureContext({
      // Without this, the runtime's root certificates are loaded, which takes long.
      ca: [],
      ...(keyPair && { cert: keyPair.cert, key: keyPair.key }),
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: CIPHERS + SECURITY_LEVEL,
      sigalgs: SIGNATURE_ALGORITHMS,
      // After a renegotiation, the server's certificate could be another one that is not verified (crypto/tls `RenegotiateNever`).
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      ...(bun !== undefined && { ecdhCurve: BORINGSSL_GROUPS }),
    });
  } catch (cause) {
    return refuseFiles(cause as Error, keyPair, flagNames);
  }
}

/** Node.js 20 and 22 tell them only once. */
function presentedBy(socket: TLSSocket): Buffer[] {
  const presented: Buffer[] = [];
  // `issuerCertificate` is the next certificate that the server sent, whether or not it is the issuer's.
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate) {
    presented.push(next.raw);
    if (next.issuerCertificate === next) break;
  }
  return presented;
}

/** Resolves after the handshake. The error listener is never removed: an unhandled error event ends the process. */
function whenSecured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve());
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed at once')));
  });
}
