/**
 * Parses X.509 certificates (RFC 5280 §4) as Go's crypto/x509 does: rejects what it rejects, with its messages.
 */
import { contextTag, DerReader, readTime, TAG } from './der.js';
import { refuse } from './error.js';
import { type Extensions, readExtensions } from './extensions.js';
import { type PublicKey, readPublicKey } from './key.js';
import { type DistinguishedName, readName } from './name.js';
import { readAlgorithm, type SignatureAlgorithm, signatureAlgorithmOf } from './signature-algorithm.js';

export interface Certificate {
  /** DER. */
  readonly raw: Buffer;
  /** 1 to 3. */
  readonly version: number;
  readonly serialNumber: bigint;
  /** `undefined`: an algorithm that Go does not know. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** DER. */
  readonly rawIssuer: Buffer;
  /** DER. */
  readonly rawSubject: Buffer;
  readonly subject: DistinguishedName;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** DER of the subjectPublicKeyInfo. */
  readonly rawPublicKeyInfo: Buffer;
  readonly extensions: Extensions;
}

/** @throws CertificateError */
export function parseCertificate(der: Buffer): Certificate {
  const outer = new DerReader(der);
  const { whole: raw, content } = outer.element(TAG.sequence) ?? refuse('x509: malformed certificate');
  const fields = new DerReader(content);
  const tbs = fields.enter(TAG.sequence) ?? refuse('x509: malformed tbs certificate');
  const version = readVersion(tbs);
  const serialNumber = tbs.integer() ?? refuse('x509: malformed serial number');
  if (serialNumber < 0n) refuse('x509: negative serial number');
  const signatureAlgorithm = readSignatureAlgorithm(tbs, fields);
  const rawIssuer = tbs.element(TAG.sequence)?.whole ?? refuse('x509: malformed issuer');
  readName(rawIssuer);
  const validity = tbs.enter(TAG.sequence) ?? refuse('x509: malformed validity');
  const [notBefore, notAfter] = [readTime(validity), readTime(validity)];
  const rawSubject = tbs.element(TAG.sequence)?.whole ?? refuse('x509: malformed issuer');
  const subject = readName(rawSubject);
  const keyInfo = tbs.element(TAG.sequence) ?? refuse('x509: malformed spki');
  const publicKey = readPublicKey(keyInfo.content);
  const extensions = readExtensions(version > 1 ? extensionsOf(tbs, version) : undefined);
  if (fields.bitString() === undefined) refuse('x509: malformed signature');
  if (raw.length !== der.length) refuse('x509: trailing data');
  return {
    raw,
    version,
    serialNumber,
    signatureAlgorithm,
    rawIssuer,
    rawSubject,
    subject,
    notBefore,
    notAfter,
    publicKey,
    rawPublicKeyInfo: keyInfo.whole,
    extensions,
  };
}

/**
 * The DER of the subject, without parsing the rest: for finding an issuer among a system's many root certificates. `undefined` when
 * the certificate is malformed.
 */
export function subjectOf(der: Buffer): Buffer | undefined {
  const tbs = new DerReader(der).enter(TAG.sequence)?.enter(TAG.sequence);
  tbs?.element(contextTag(0, 'constructed'));
  tbs?.integer();
  // Signature algorithm, issuer, validity.
  for (let field = 0; field < 3; field++) tbs?.element(TAG.sequence);
  return tbs?.element(TAG.sequence)?.whole;
}

function readVersion(tbs: DerReader): number {
  const tag = contextTag(0, 'constructed');
  if (!tbs.nextIs(tag)) return 1;
  const version = tbs.enter(tag)?.integer() ?? refuse('x509: malformed version');
  if (version < 0n) refuse('x509: malformed version');
  if (version > 2n) refuse('x509: invalid version');
  return Number(version) + 1;
}

/** The algorithm is encoded twice, in tbsCertificate and next to the signature (RFC 5280 §4.1.1.2). */
function readSignatureAlgorithm(tbs: DerReader, fields: DerReader): SignatureAlgorithm | undefined {
  const inner = tbs.content(TAG.sequence) ?? refuse('x509: malformed signature algorithm identifier');
  const outer = fields.content(TAG.sequence) ?? refuse('x509: malformed algorithm identifier');
  if (!inner.equals(outer)) refuse("x509: inner and outer signature algorithm identifiers don't match");
  return signatureAlgorithmOf(readAlgorithm(inner));
}

/** The extensions follow the two optional unique identifiers, which are skipped. */
function extensionsOf(tbs: DerReader, version: number): DerReader | undefined {
  tbs.element(contextTag(1));
  tbs.element(contextTag(2));
  const tag = contextTag(3, 'constructed');
  if (version < 3 || !tbs.nextIs(tag)) return undefined;
  return tbs.enter(tag)?.enter(TAG.sequence) ?? refuse('x509: malformed extensions');
}
