import { type Certificate, parseCertificate } from '../x509/certificate.js';
import type { CertificatePool } from '../x509/certificate-pool.js';
import { CertificateError, HostNameError } from '../x509/error.js';
import { formatIpAddress, parseIpAddress } from '../x509/ip-address.js';
import { insecureRsaKey, MIN_RSA_BITS, type VerifySignature, verifyCertificate } from '../x509/verify.js';
import type { TlsSecurity } from './security.js';

/** The used part of node:crypto's `X509Certificate`, which Bun's sockets provide without loading that module. */
export interface RuntimeCertificate {
  readonly publicKey: object;
  verify(publicKey: never): boolean;
}

export type RuntimeCertificateClass = new (der: Buffer) => RuntimeCertificate;

/** The server's certificate is not trusted. The message is that of Go's crypto/tls. */
export class PeerCertificateError extends Error {
  override readonly name = 'PeerCertificateError';

  /** The certificate is not valid for the host. */
  readonly hostMismatch: HostMismatch | undefined;
  /** The certificates that the server sent, its own first; empty when they cannot be read. */
  readonly presented: readonly Certificate[];
  /** The certificate of the chain that has the fault, if it is known. */
  readonly culprit: Certificate | undefined;

  constructor(message: string, { hostMismatch, presented = [], culprit }: RefusedPeer = {}) {
    super(message);
    this.hostMismatch = hostMismatch;
    this.presented = presented;
    this.culprit = culprit;
  }
}

interface RefusedPeer {
  readonly hostMismatch?: HostMismatch | undefined;
  readonly presented?: readonly Certificate[];
  readonly culprit?: Certificate | undefined;
}

export interface HostMismatch {
  readonly expectedHost: string;
  /** The names that the certificate is valid for, as `DNS:localhost, IP:127.0.0.1`; may be empty. */
  readonly certifiedNames: string;
}

export interface Peer {
  /** DER of the certificates in the order in which the server sent them, its own first. */
  readonly presented: readonly Buffer[];
  /** Name or IP address of the endpoint. */
  readonly host: string;
}

export interface PeerVerification {
  readonly security: TlsSecurity;
  /** `undefined`: the certificate is not verified. */
  readonly roots: CertificatePool | undefined;
}

/** Longer RSA keys are rejected because checking their signatures takes too long (crypto/tls `maxRSAKeySize`). */
const MAX_RSA_BITS = 8192;

/**
 * Verifies the server's certificate by Go's rules. The runtime's TLS library has only checked that the server holds the certificate's key.
 * @param Runtime class that verifies signatures
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
  const expectedHost = security.serverName ?? host;
  try {
    verifyCertificate({
      presented: [leaf, ...others],
      roots,
      host: expectedHost,
      nowMs: Date.now(),
      verifiesSignature: signatureVerifier(Runtime),
    });
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const isMismatch = error instanceof HostNameError;
    throw new PeerCertificateError(`tls: failed to verify certificate: ${error.message}`, {
      hostMismatch: isMismatch ? { expectedHost, certifiedNames: namesOf(leaf).join(', ') } : undefined,
      presented: [leaf, ...others],
      culprit: error.culprit,
    });
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
      // The library cannot parse the key or the signature.
      return false;
    }
  };
}

/** The names that the certificate is valid for: `DNS:localhost`, `IP:127.0.0.1`. */
export function namesOf({ extensions: { dnsNames, ipAddresses } }: Certificate): string[] {
  return [
    ...dnsNames.map((name) => `DNS:${name}`),
    ...ipAddresses.map((bytes) => `IP:${formatIpAddress(bytes)}`),
  ];
}

/** The cipher suites that grpc-go offers: only with forward secrecy, none with CBC (RFC 9113 appendix A). */
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

/**
 * The curves of crypto/tls that BoringSSL supports. P-521 is not in its default list, and certificates with it would be rejected over
 * TLS 1.2.
 */
export const BORINGSSL_GROUPS = 'X25519:P-256:P-384:P-521';

/** Delay before the certificates in the TLS files are parsed: the ClientHello is sent by then, and the client waits for the server. */
export const PARSE_DELAY_MS = 1;

/** @throws Error with grpc-go's message when the server has not selected the protocol */
export function checkProtocol(chosen: string | undefined, wanted: string | undefined): void {
  if (wanted === undefined || chosen === wanted) return;
  throw new Error('credentials: cannot check peer: missing selected ALPN property');
}

/**
 * The server name indication for the host (crypto/tls `hostnameInSNI`); empty for IP addresses, which RFC 6066 does not allow and
 * Node.js warns about.
 */
export function sniName(host: string): string {
  if (host.includes(':') || parseIpAddress(host)) return '';
  return host.replace(/\.+$/, '');
}
