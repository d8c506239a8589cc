import { constants, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { UsageError } from '../../model/errors.js';
import { listed } from '../connection.js';
import { bun } from '../socket/bun.js';
import { destroyOnAbort, lookUpHost } from '../socket/net-socket.js';
import { checkKeyPair, type TlsFiles } from './files.js';
import { BORINGSSL_GROUPS, CIPHERS, checkPeer, checkProtocol, sentName, WHILE_WAITING_MS } from './peer.js';
import type { TlsSecurity, Trust } from './security.js';

/** A connection that stands already, or where to make one. */
export type Way =
  | { readonly socket: Socket }
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

export interface TlsTarget {
  /** Name or IP address that the server's certificate must carry, unless the security names another. */
  readonly host: string;
  /** The application protocol that the server must choose (ALPN, RFC 7301); absent: none is offered. */
  readonly protocol?: 'h2';
  /** Destroys the socket when it aborts, also later. */
  readonly signal?: AbortSignal;
}

/**
 * A connection over Node.js's TLS to a server that is verified by `checkPeer`. Node.js itself verifies nothing, so
 * NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS have no say.
 * @throws UsageError when the TLS library refuses the files, PeerCertificateError, the signal's reason, or what node:tls says
 */
export async function connectTls(
  way: Way,
  security: TlsSecurity,
  { host, protocol, signal }: TlsTarget,
): Promise<TLSSocket> {
  const trust = security.current();
  const socket = connect({
    ...way,
    ...('host' in way && { lookup: lookUpHost as never }),
    secureContext: contextOf(trust.files, security),
    rejectUnauthorized: false,
    servername: sentName(security.serverName ?? host),
    ...(protocol && { ALPNProtocols: [protocol] }),
  });
  if (signal) destroyOnAbort(socket, signal);
  const meanwhile = setTimeout(() => judgeOrDestroy(trust, socket), WHILE_WAITING_MS);
  try {
    await secured(socket);
    const presented = presentedBy(socket);
    checkPeer({ presented, host }, { security, authorities: trust.judge() }, X509Certificate);
    checkProtocol(socket.alpnProtocol || undefined, protocol);
    return socket;
  } catch (error) {
    socket.destroy();
    // Files that are unusable are the reason, whatever else has happened.
    trust.judge();
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(meanwhile);
  }
}

function judgeOrDestroy(trust: Trust, socket: TLSSocket): void {
  try {
    trust.judge();
  } catch (error) {
    socket.destroy(error as Error);
  }
}

/** @throws UsageError when the TLS library refuses the files, which no attempt to connect can change */
export function prepareTls(security: TlsSecurity): void {
  const { files, judge } = security.current();
  judge();
  contextOf(files, security);
}

/** Files that stay the same need one context for all connections. */
const contexts = new WeakMap<TlsFiles, SecureContext>();

function contextOf(files: TlsFiles, security: TlsSecurity): SecureContext {
  const known = contexts.get(files);
  if (known) return known;
  const context = newContext(files, security);
  contexts.set(files, context);
  return context;
}

/**
 * The security level is lowered so that OpenSSL's opinion of keys and digests, which differs between versions, does not count:
 * `checkPeer` has Go's. BoringSSL has no levels.
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
      // None of the runtime's, which take long to load.
      ca: [],
      ...(keyPair && { cert: keyPair.cert, key: keyPair.key }),
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: CIPHERS + SECURITY_LEVEL,
      sigalgs: SIGNATURE_ALGORITHMS,
      // A second handshake could show another certificate, which nobody would look at (crypto/tls `RenegotiateNever`).
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      ...(bun !== undefined && { ecdhCurve: BORINGSSL_GROUPS }),
    });
  } catch (cause) {
    if (keyPair) checkKeyPair(keyPair);
    const reasons = [`the TLS library refuses the certificates given with ${listed(flagNames)}`];
    throw new UsageError(`tls: ${(cause as Error).message}`, 'arguments', { reasons });
  }
}

function presentedBy(socket: TLSSocket): Buffer[] {
  const presented: Buffer[] = [];
  // `issuerCertificate` is the next one that the server sent, whoever issued it.
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate) {
    presented.push(next.raw);
    if (next.issuerCertificate === next) break;
  }
  return presented;
}

/** Settles after the handshake. The listener for errors stays: one that nobody hears ends the process. */
function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve());
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed at once')));
  });
}
