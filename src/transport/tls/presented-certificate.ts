import { CommandError, UsageError } from '../../model/errors.js';
import type { CertificateFacts, CertificateProblem, PresentedCertificate } from '../../model/inspection.js';
import type { TlsOptions } from '../connection.js';
import { parseEndpoint } from '../grpc/endpoint.js';
import { parseCertificate } from '../x509/certificate.js';
import { factsOf } from './certificate-facts.js';
import { explainServerCertificate } from './certificate-failure.js';
import { connectTls } from './connect.js';
import { explainConnectionFailure } from './connection-failure.js';
import { PeerCertificateError } from './peer.js';
import { loadSecurity, type TlsSecurity } from './security.js';

/**
 * What the server at the endpoint presents in a TLS handshake, whether or not it is trusted. `undefined`: the endpoint does not use TLS.
 * Does not use a proxy.
 * @throws UsageError for unusable TLS files, the signal's reason, or CommandError when there is no connection
 */
export async function presentedCertificate(
  endpoint: string,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<PresentedCertificate | undefined> {
  const { address, encryption } = parseEndpoint(endpoint);
  const security = await loadSecurity(tls, encryption);
  if (security.kind === 'plaintext') return undefined;
  if (address.kind === 'malformed') throw new CommandError(address.problem);
  const isVerified = !tls.insecureSkipVerify;
  try {
    let chain: CertificateFacts[] = [];
    const onTrusted = (presented: readonly Buffer[]) => {
      chain = presented.map((der) => factsOf(parseCertificate(der)));
    };
    const socket = await connectTls(address.socketAddress, security, {
      host: address.host,
      signal,
      onTrusted,
    });
    socket.destroy();
    return { chain, isVerified };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UsageError) throw error;
    if (!(error instanceof PeerCertificateError)) throw toCommandError(error as Error);
    return { chain: error.presented.map(factsOf), problem: problemOf(error, security), isVerified };
  }
}

function toCommandError(cause: Error): CommandError {
  return new CommandError(explainConnectionFailure(cause, { isSecure: true }), { cause });
}

function problemOf(error: PeerCertificateError, { files, flagNames }: TlsSecurity): CertificateProblem {
  return { kind: kindOf(error), words: explainServerCertificate(error, { files, flagNames }) };
}

/** By the server's own certificate: an authority that has expired makes it untrusted. */
function kindOf({ hostMismatch, presented: [leaf] }: PeerCertificateError): CertificateProblem['kind'] {
  if (hostMismatch !== undefined) return 'wrong-name';
  const nowMs = Date.now();
  if (leaf !== undefined && nowMs > leaf.notAfter) return 'expired';
  return leaf !== undefined && nowMs < leaf.notBefore ? 'not-yet-valid' : 'untrusted';
}
