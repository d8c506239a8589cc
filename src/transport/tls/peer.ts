import { type Certificate, parseCertificate } from '../x509/certificate.js';
import type { CertificatePool } from '../x509/certificate-pool.js';
import { CertificateError, HostNameError } from '../x509/error.js';
import { formatIpAddress, parseIpAddress } from '../x509/ip-address.js';
import { insecureRsaKey, MIN_RSA_BITS, type VerifySignature, verifyCertificate } from '../x509/verify.js';
import type { TlsSecurity } from './security.js';

/** What is needed of the `X509Certificate` of node:crypto, which Bun's sockets know without loading that. */
export interface RuntimeCertificate {
  readonly publicKey: object;
  verify(publicKey: never): boolean;
}

export type RuntimeCertificateClass = new (der: Buffer) => RuntimeCertificate;

/** The server's certificate is not to be trusted. The message is that of Go's crypto/tls. */
export class PeerCertificateError extends Error {
  override readonly name = 'PeerCertificateError';

  /** @param hostMismatch when the certificate is for other hosts than the one that is wanted */
  constructor(
    message: string,
    readonly hostMismatch?: HostMismatch,
  ) {
    super(message);
  }
}

export interface HostMismatch {
  readonly wanted: string;
  /** For whom the certificate is, as `DNS:localhost, IP:127.0.0.1`; may be empty. */
  readonly certified: string;
}

export interface Peer {
  /** DER, the server's own first, as they came. */
  readonly presented: readonly Buffer[];
  /** Name or IP address of the endpoint. */
  readonly host: string;
}

export interface PeerVerification {
  readonly security: TlsSecurity;
  /** `undefined`: nothing is verified. */
  readonly roots: CertificatePool | undefined;
}

/** RSA keys that are longer cost a client too much (crypto/tls `maxRSAKeySize`). */
const MAX_RSA_BITS = 8192;

/**
 * Whether the server at the other end of a connection is the one that is wanted, by Go's rules. The runtime's TLS library has only seen
 * to it that the server holds the key of its certificate.
 * @param Runtime to verify signatures
 * @throws PeerCertificateError
 */
export function checkPeer(
  { presented, host }: Peer,
  { security, roots }: PeerVerification,
  Runtime: RuntimeCertificateClass,
): void {
  const [leaf, ...others] = presented.map(readPresented);
  if (leaf === undefined) throw new PeerCertificateError('tls: received empty certificates message');
  checkKey(leaf);
  if (roots === undefined) return;
  const wanted = security.serverName ?? host;
  try {
    verifyCertificate({
      presented: [leaf, ...others],
      roots,
      host: wanted,
      nowMs: Date.now(),
      verifiesSignature: signatureVerifier(Runtime),
    });
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new PeerCertificateError(
      `tls: failed to verify certificate: ${error.message}`,
      error instanceof HostNameError ? { wanted, certified: namesOf(leaf) } : undefined,
    );
  }
}

function readPresented(der: Buffer): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new PeerCertificateError(`tls: failed to parse certificate from server: ${error.message}`);
  }
}

function checkKey({ publicKey }: Certificate): void {
  if (publicKey.type !== 'RSA') return;
  if (publicKey.bits > MAX_RSA_BITS) {
    throw new PeerCertificateError(
      `tls: server sent certificate containing RSA key larger than ${MAX_RSA_BITS} bits`,
    );
  }
  if (publicKey.bits < MIN_RSA_BITS) {
    throw new PeerCertificateError(
      `tls: invalid signature by the server certificate: ${insecureRsaKey(publicKey.bits)}`,
    );
  }
}

function signatureVerifier(Runtime: RuntimeCertificateClass): VerifySignature {
  return (certificate, issuer) => {
    try {
      return new Runtime(certificate.raw).verify(new Runtime(issuer.raw).publicKey as never);
    } catch {
      // A key or a signature that makes no sense to the library.
      return false;
    }
  };
}

function namesOf({ extensions: { dnsNames, ipAddresses } }: Certificate): string {
  return [
    ...dnsNames.map((name) => `DNS:${name}`),
    ...ipAddresses.map((bytes) => `IP:${formatIpAddress(bytes)}`),
  ].join(', ');
}

/** What grpc-go offers with crypto/tls: no key exchange without forward secrecy, no CBC (RFC 9113 appendix A). */
export const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Those of crypto/tls that BoringSSL knows: without P-521, which it leaves out by itself, it refuses such certificates over TLS 1.2. */
export const BORINGSSL_GROUPS = 'X25519:P-256:P-384:P-521';

/** When the first message of the handshake is under way, and nothing else is to be done but to wait for the server. */
export const PARSE_DELAY_MS = 1;

/** @throws Error in grpc-go's words, when the server has not chosen what was offered */
export function checkProtocol(chosen: string | undefined, wanted: string | undefined): void {
  if (wanted === undefined || chosen === wanted) return;
  throw new Error('credentials: cannot check peer: missing selected ALPN property');
}

/**
 * The name that TLS sends in clear (SNI) to have this host (crypto/tls `hostnameInSNI`): RFC 6066 forbids IP addresses there, and
 * Node.js warns of them.
 */
export function sniName(host: string): string {
  if (host.includes(':') || parseIpAddress(host)) return '';
  return host.replace(/\.+$/, '');
}
