/**
 * Verifies a server's certificate by the rules of Go's `x509.Certificate.Verify`: any certificate among the roots ends a chain, also an
 * intermediate or the server's own; all chains to a root are tried; signatures with SHA-1 are rejected; extended key usages and name
 * constraints apply to the whole chain.
 */
import { quoteGo } from '../../go/quote.js';
import type { Certificate } from './certificate.js';
import type { CertificatePool } from './certificate-pool.js';
import { CertificateError, HostNameError, refuse } from './error.js';
import { ANY_EXTENDED_KEY_USAGE, SERVER_AUTH } from './extensions.js';
import { hostNameProblem } from './host-name.js';
import { constraintProblem } from './name-constraints.js';
import { hasValidPolicies } from './policies.js';

export interface VerifyOptions {
  /** In the order in which the server sent them, its own certificate first. */
  readonly presented: readonly [Certificate, ...Certificate[]];
  readonly roots: CertificatePool;
  /** DNS name or IP address that the certificate must be valid for. */
  readonly host: string;
  readonly nowMs: number;
  readonly verifiesSignature: VerifySignature;
}

/** Whether the certificate's signature was made with the issuer's key. */
export type VerifySignature = (certificate: Certificate, issuer: Certificate) => boolean;

/** Limit of signature checks in one verification (crypto/x509 `maxChainSignatureChecks`). */
const MAX_SIGNATURE_CHECKS = 100;

/** @throws CertificateError when the certificate is not trusted */
export function verifyCertificate(options: VerifyOptions): void {
  const [leaf] = options.presented;
  const { roots, host, nowMs } = options;
  if (roots.size === 0 && roots.problem !== undefined) {
    refuse(`x509: failed to load system roots and no roots provided; ${roots.problem}`);
  }
  const validity = validityProblem(leaf, { chain: [], isIntermediate: false, nowMs });
  if (validity !== undefined) refuse(validity, leaf);
  const mismatch = hostNameProblem(leaf, host);
  if (mismatch !== undefined) throw new HostNameError(mismatch);
  const chains = roots.has(leaf) ? [[leaf]] : new ChainSearch(options).chainsFrom([leaf]);
  checkChains(chains);
}

/** Passes when at least one chain is valid. */
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
  if (invalidPolicies === 0) {
    const culprit = chains.flat().find((certificate) => !allowsServerAuth([certificate]));
    refuse('x509: certificate specifies an incompatible key usage', culprit);
  }
  const usages =
    incompatibleUsages > 0 ? `${incompatibleUsages} candidate chains with incompatible key usage, ` : '';
  refuse(`x509: no valid chains built: ${usages}${invalidPolicies} candidate chains with invalid policies`);
}

/** Each certificate with extended key usages must include serverAuth or anyExtendedKeyUsage. */
function allowsServerAuth(chain: readonly Certificate[]): boolean {
  return chain.every(({ extensions: { extendedKeyUsages: usages } }) => {
    return usages.length === 0 || usages.includes(ANY_EXTENDED_KEY_USAGE) || usages.includes(SERVER_AUTH);
  });
}

/** Builds chains depth first, from a certificate to its potential issuers. */
class ChainSearch {
  readonly #options: VerifyOptions;
  #checks = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  /** @param chain ends with the certificate whose issuer is needed. @throws CertificateError when there is no chain to a root */
  chainsFrom(chain: readonly [Certificate, ...Certificate[]]): Certificate[][] {
    const chains: Certificate[][] = [];
    let rejected: RejectedIssuer | undefined;
    // As in Go, the error of the last candidate with a valid signature is reported instead of an unknown authority.
    let failure: CertificateError | undefined;
    for (const { issuer, isRoot } of this.#candidates(chain)) {
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
      failure = validity === undefined ? undefined : new CertificateError(validity, issuer);
      if (validity !== undefined) rejected ??= { issuer, problem: validity };
      else if (isRoot) chains.push([...chain, issuer]);
      else failure = this.#extend([...chain, issuer], chains);
    }
    if (chains.length > 0) return chains;
    throw failure ?? unknownAuthority(rejected);
  }

  /** Roots first. */
  #candidates(chain: readonly [Certificate, ...Certificate[]]) {
    const { roots, presented } = this.#options;
    const last = lastOf(chain);
    const intermediates = presented.slice(1).filter(({ rawSubject }) => rawSubject.equals(last.rawIssuer));
    const toCandidates = (issuers: readonly Certificate[], isRoot: boolean) =>
      sortByKeyId(last, issuers).map((issuer) => ({ issuer, isRoot }));
    return [...toCandidates(roots.findPotentialParents(last), true), ...toCandidates(intermediates, false)];
  }

  /** Adds the complete chains that start with `chain`. Returns the error when there are none. */
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
    `${message} (possibly because of ${quote(rejected.problem)} while trying to verify candidate authority certificate ${quote(name)})`,
  );
}

function quote(text: string): string {
  return quoteGo(Buffer.from(text));
}

/** Sorts by key identifier: matching, then missing, then different (crypto/x509 `findPotentialParents`). */
function sortByKeyId(certificate: Certificate, issuers: readonly Certificate[]): Certificate[] {
  const { authorityKeyId } = certificate.extensions;
  const rank = ({ extensions: { subjectKeyId } }: Certificate) => {
    if (subjectKeyId.equals(authorityKeyId)) return 0;
    return subjectKeyId.length === 0 || authorityKeyId.length === 0 ? 1 : 2;
  };
  return issuers.toSorted((one, other) => rank(one) - rank(other));
}

/** Compares name, key and alternative names, to avoid loops of cross-signed certificates (crypto/x509 `alreadyInChain`). */
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
  /** The certificates before this one, starting with the server's. */
  readonly chain: readonly Certificate[];
  readonly isIntermediate: boolean;
  readonly nowMs: number;
}

/** Checks the certificate at its position in the chain (crypto/x509 `isValid`). `signatureProblem` checks the key usage. */
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

/** crypto/rsa rejects shorter keys. */
export const MIN_RSA_BITS = 1024;

function signatureProblem(
  { signatureAlgorithm: algorithm, ...certificate }: Certificate,
  issuer: Certificate,
  verifiesSignature: VerifySignature,
): string | undefined {
  const { basicConstraints, hasKeyCertSign } = issuer.extensions;
  const isCa = basicConstraints?.isCa ?? issuer.version < 3;
  if (!isCa || hasKeyCertSign === false) {
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

/** Go's message for an RSA key that is too short. */
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
