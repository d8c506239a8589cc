/**
 * Whether a server's certificate is to be trusted, by the rules of Go's `x509.Certificate.Verify`: any certificate among the
 * authorities ends a chain, an intermediate or the server's own too; all ways to an authority are tried; signatures with SHA-1 are
 * refused; extended key usages and name constraints of the whole chain count.
 */
import type { Certificate } from './certificate.js';
import type { CertificatePool } from './certificate-pool.js';
import { CertificateError, HostNameError, refuse } from './error.js';
import { ANY_EXTENDED_KEY_USAGE, SERVER_AUTH } from './extensions.js';
import { hostNameProblem } from './host-name.js';
import { constraintProblem } from './name-constraints.js';
import { hasValidPolicies } from './policies.js';

export interface VerifyOptions {
  /** The server's certificate first, as the server sent them. */
  readonly presented: readonly [Certificate, ...Certificate[]];
  readonly roots: CertificatePool;
  /** DNS name or IP address that the certificate must be issued for. */
  readonly host: string;
  readonly nowMs: number;
  readonly verifiesSignature: VerifySignature;
}

/** Whether the certificate's signature was made with the key of the other. */
export type VerifySignature = (certificate: Certificate, issuer: Certificate) => boolean;

/** Signatures that are looked at before a tangle of certificates is given up (crypto/x509 `maxChainSignatureChecks`). */
const MAX_SIGNATURE_CHECKS = 100;

/** @throws CertificateError when the certificate is not to be trusted */
export function verifyCertificate(options: VerifyOptions): void {
  const [leaf] = options.presented;
  const { roots, host, nowMs } = options;
  if (roots.size === 0 && roots.problem !== undefined) {
    refuse(`x509: failed to load system roots and no roots provided; ${roots.problem}`);
  }
  throwIf(validityProblem(leaf, { chain: [], isIntermediate: false, nowMs }));
  const mismatch = hostNameProblem(leaf, host);
  if (mismatch !== undefined) throw new HostNameError(mismatch);
  const chains = roots.has(leaf) ? [[leaf]] : new ChainSearch(options).chainsFrom([leaf]);
  checkChains(chains);
}

function throwIf(problem: string | undefined): void {
  if (problem !== undefined) refuse(problem);
}

/** One chain that holds is enough. */
function checkChains(chains: readonly (readonly Certificate[])[]): void {
  let firstConstraintProblem: string | undefined;
  let incompatibleUsages = 0;
  let invalidPolicies = 0;
  for (const chain of chains) {
    if (!hasValidPolicies(chain)) invalidPolicies++;
    else if (!allowsServerAuth(chain)) incompatibleUsages++;
    else {
      const problem = constraintProblem(chain);
      if (problem === undefined) return;
      firstConstraintProblem ??= problem;
    }
  }
  if (firstConstraintProblem !== undefined) {
    refuse(
      `x509: a root or intermediate certificate is not authorized to sign for this name: ${firstConstraintProblem}`,
    );
  }
  if (invalidPolicies === 0) refuse('x509: certificate specifies an incompatible key usage');
  const usages =
    incompatibleUsages > 0 ? `${incompatibleUsages} candidate chains with incompatible key usage, ` : '';
  refuse(`x509: no valid chains built: ${usages}${invalidPolicies} candidate chains with invalid policies`);
}

/** Each certificate that names extended key usages must name that of servers, or any. */
function allowsServerAuth(chain: readonly Certificate[]): boolean {
  return chain.every(({ extensions: { extendedKeyUsages: usages } }) => {
    return usages.length === 0 || usages.includes(ANY_EXTENDED_KEY_USAGE) || usages.includes(SERVER_AUTH);
  });
}

/** Depth first, from a certificate to those that may have signed it. */
class ChainSearch {
  readonly #options: VerifyOptions;
  #checks = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  /** @param chain that ends with the certificate whose issuer is looked for. @throws CertificateError when there is no chain */
  chainsFrom(chain: readonly [Certificate, ...Certificate[]]): Certificate[][] {
    const chains: Certificate[][] = [];
    let rejected: RejectedIssuer | undefined;
    // Of the last candidate that signed: it is told instead of an unknown authority, as in Go.
    let failure: CertificateError | undefined;
    for (const { issuer, isAuthority: isRoot } of this.#candidates(chain)) {
      if (++this.#checks > MAX_SIGNATURE_CHECKS) {
        failure = new CertificateError(TOO_MANY_CHECKS);
        break;
      }
      if (issuer.publicKey.type === 'unknown' || isAlreadyInChain(chain, issuer)) continue;
      const signature = signatureProblem(lastOf(chain), issuer, this.#options.verifiesSignature);
      if (signature !== undefined) {
        rejected ??= { issuer, problem: signature };
        continue;
      }
      const { nowMs } = this.#options;
      const validity = validityProblem(issuer, { chain, isIntermediate: !isRoot, nowMs });
      failure = validity === undefined ? undefined : new CertificateError(validity);
      if (validity !== undefined) rejected ??= { issuer, problem: validity };
      else if (isRoot) chains.push([...chain, issuer]);
      else failure = this.#extend([...chain, issuer], chains);
    }
    if (chains.length > 0) return chains;
    throw failure ?? unknownAuthority(rejected);
  }

  /** Authorities first. */
  #candidates(chain: readonly [Certificate, ...Certificate[]]) {
    const { roots, presented } = this.#options;
    const last = lastOf(chain);
    const intermediates = presented.slice(1).filter(({ rawSubject }) => rawSubject.equals(last.rawIssuer));
    const toCandidates = (issuers: readonly Certificate[], isRoot: boolean) =>
      sortByKeyId(last, issuers).map((issuer) => ({ issuer, isAuthority: isRoot }));
    return [...toCandidates(roots.findPotentialParents(last), true), ...toCandidates(intermediates, false)];
  }

  /** Adds the chains that begin so; why there is none. */
  #extend(chain: [Certificate, ...Certificate[]], chains: Certificate[][]): CertificateError | undefined {
    try {
      chains.push(...this.chainsFrom(chain));
      return undefined;
    } catch (error) {
      if (error instanceof CertificateError) return error;
      throw error;
    }
  }
}

const TOO_MANY_CHECKS = 'x509: signature check attempts limit reached while verifying certificate chain';

function lastOf(chain: readonly [Certificate, ...Certificate[]]): Certificate {
  return chain.at(-1) ?? chain[0];
}

interface RejectedIssuer {
  readonly issuer: Certificate;
  readonly problem: string;
}

function unknownAuthority(rejected: RejectedIssuer | undefined): CertificateError {
  const message = 'x509: certificate signed by unknown authority';
  if (rejected === undefined) return new CertificateError(message);
  const { commonName, organization } = rejected.issuer.subject;
  const name = commonName || organization || `serial:${rejected.issuer.serialNumber}`;
  return new CertificateError(
    `${message} (possibly because of ${JSON.stringify(rejected.problem)} while trying to verify candidate authority certificate ${JSON.stringify(name)})`,
  );
}

/** By their key identifiers: those that match, those where one is missing, others. */
function sortByKeyId(certificate: Certificate, issuers: readonly Certificate[]): Certificate[] {
  const { authorityKeyId } = certificate.extensions;
  const rank = ({ extensions: { subjectKeyId } }: Certificate) => {
    if (subjectKeyId.equals(authorityKeyId)) return 0;
    return subjectKeyId.length === 0 || authorityKeyId.length === 0 ? 1 : 2;
  };
  return issuers.toSorted((one, other) => rank(one) - rank(other));
}

/** The same name, key and alternative names: certificates that authorities issue for each other lead in circles. */
function isAlreadyInChain(chain: readonly Certificate[], candidate: Certificate): boolean {
  for (const { rawSubject, rawPublicKeyInfo, extensions } of chain) {
    if (!rawSubject.equals(candidate.rawSubject) || !rawPublicKeyInfo.equals(candidate.rawPublicKeyInfo))
      continue;
    const [one, other] = [extensions.rawSubjectAltName, candidate.extensions.rawSubjectAltName];
    if (one === undefined || other === undefined) return one === other;
    if (one.equals(other)) return true;
  }
  return false;
}

interface ChainPosition {
  /** What comes before, from the server's certificate on. */
  readonly chain: readonly Certificate[];
  readonly isIntermediate: boolean;
  readonly nowMs: number;
}

/** What is wrong with the certificate itself at its place in the chain. Key usages count in `signatureProblem` alone. */
function validityProblem(
  { extensions, rawSubject, notBefore, notAfter }: Certificate,
  { chain, isIntermediate, nowMs }: ChainPosition,
): string | undefined {
  if (extensions.hasUnhandledCritical) return 'x509: unhandled critical extension';
  const child = chain.at(-1);
  if (child && !child.rawIssuer.equals(rawSubject)) {
    return 'x509: issuer name does not match subject from issuing certificate';
  }
  const expired = 'x509: certificate has expired or is not yet valid: current time';
  if (nowMs < notBefore) return `${expired} ${formatTime(nowMs)} is before ${formatTime(notBefore)}`;
  if (nowMs > notAfter) return `${expired} ${formatTime(nowMs)} is after ${formatTime(notAfter)}`;
  const { basicConstraints } = extensions;
  if (isIntermediate && !basicConstraints?.isCa) {
    return 'x509: certificate is not authorized to sign other certificates';
  }
  const { maxPathLength } = basicConstraints ?? {};
  if (maxPathLength !== undefined && chain.length - 1 > maxPathLength) {
    return 'x509: too many intermediates for path length constraint';
  }
  return undefined;
}

/** RFC 3339, in UTC, to the second. */
function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** crypto/rsa refuses keys that are shorter. */
export const MIN_RSA_BITS = 1024;

function signatureProblem(
  { signatureAlgorithm: algorithm, ...certificate }: Certificate,
  issuer: Certificate,
  verifiesSignature: VerifySignature,
): string | undefined {
  const { basicConstraints, hasKeyCertSign: maySignCertificates } = issuer.extensions;
  const isCa = basicConstraints?.isCa ?? issuer.version < 3;
  if (!isCa || maySignCertificates === false) {
    return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  }
  if (algorithm === undefined || algorithm.keyType === 'DSA') {
    return 'x509: cannot verify signature: algorithm unimplemented';
  }
  if (algorithm.isInsecure) return `x509: cannot verify signature: insecure algorithm ${algorithm.name}`;
  const { publicKey } = issuer;
  if (publicKey.type !== algorithm.keyType) {
    return `x509: signature algorithm specifies an ${algorithm.keyType} public key, but have public key of type ${GO_KEY_TYPES[publicKey.type]}`;
  }
  if (publicKey.type === 'RSA' && publicKey.bits < MIN_RSA_BITS) return insecureRsaKey(publicKey.bits);
  return verifiesSignature({ signatureAlgorithm: algorithm, ...certificate }, issuer)
    ? undefined
    : VERIFICATION_FAILURES[algorithm.keyType];
}

/** Go's words for an RSA key that is too short. */
export function insecureRsaKey(bits: number): string {
  return `crypto/rsa: ${bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)`;
}

const VERIFICATION_FAILURES = {
  RSA: 'crypto/rsa: verification error',
  ECDSA: 'x509: ECDSA verification failure',
  Ed25519: 'x509: Ed25519 verification failure',
} as const;

const GO_KEY_TYPES = {
  RSA: '*rsa.PublicKey',
  ECDSA: '*ecdsa.PublicKey',
  Ed25519: 'ed25519.PublicKey',
  X25519: '*ecdh.PublicKey',
  DSA: '*dsa.PublicKey',
  unknown: '<nil>',
} as const;
