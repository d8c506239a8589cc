import { contextTag, DerReader, TAG } from './der.js';
import { refuse } from './error.js';

/** An AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export interface Algorithm {
  readonly oid: string;
  /** DER; empty when absent. */
  readonly parameters: Buffer;
}

export interface SignatureAlgorithm {
  /** Go's name. */
  readonly name: string;
  readonly keyType: 'RSA' | 'ECDSA' | 'Ed25519' | 'DSA';
  /** MD5 and SHA-1: signatures of certificates with these are rejected. */
  readonly isInsecure: boolean;
}

const secure = (name: string, keyType: SignatureAlgorithm['keyType']): SignatureAlgorithm => ({
  name,
  keyType,
  isInsecure: false,
});
const insecure = (name: string, keyType: SignatureAlgorithm['keyType']): SignatureAlgorithm => ({
  name,
  keyType,
  isInsecure: true,
});

const ED25519 = '1.3.101.112';
const RSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';

const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.4': insecure('MD5-RSA', 'RSA'),
  '1.2.840.113549.1.1.5': insecure('SHA1-RSA', 'RSA'),
  '1.3.14.3.2.29': insecure('SHA1-RSA', 'RSA'),
  '1.2.840.113549.1.1.11': secure('SHA256-RSA', 'RSA'),
  '1.2.840.113549.1.1.12': secure('SHA384-RSA', 'RSA'),
  '1.2.840.113549.1.1.13': secure('SHA512-RSA', 'RSA'),
  '1.2.840.10040.4.3': insecure('DSA-SHA1', 'DSA'),
  '2.16.840.1.101.3.4.3.2': secure('DSA-SHA256', 'DSA'),
  '1.2.840.10045.4.1': insecure('ECDSA-SHA1', 'ECDSA'),
  '1.2.840.10045.4.3.2': secure('ECDSA-SHA256', 'ECDSA'),
  '1.2.840.10045.4.3.3': secure('ECDSA-SHA384', 'ECDSA'),
  '1.2.840.10045.4.3.4': secure('ECDSA-SHA512', 'ECDSA'),
};

/** Hashes of RSA-PSS. The salt must be as long as the hash. */
const PSS_HASHES: Readonly<Record<string, { readonly name: string; readonly saltBytes: bigint }>> = {
  '2.16.840.1.101.3.4.2.1': { name: 'SHA256-RSAPSS', saltBytes: 32n },
  '2.16.840.1.101.3.4.2.2': { name: 'SHA384-RSAPSS', saltBytes: 48n },
  '2.16.840.1.101.3.4.2.3': { name: 'SHA512-RSAPSS', saltBytes: 64n },
};

/** @throws CertificateError */
export function readAlgorithm(content: Buffer): Algorithm {
  const reader = new DerReader(content);
  const oid = reader.objectIdentifier() ?? refuse('x509: malformed OID');
  if (reader.isEmpty) return { oid, parameters: Buffer.alloc(0) };
  const parameters = reader.anyElement() ?? refuse('x509: malformed parameters');
  return { oid, parameters: parameters.whole };
}

/** `undefined` for algorithms that Go does not know. */
export function signatureAlgorithmOf({ oid, parameters }: Algorithm): SignatureAlgorithm | undefined {
  if (oid === ED25519) return parameters.length === 0 ? secure('Ed25519', 'Ed25519') : undefined;
  return oid === RSA_PSS ? pssAlgorithm(parameters) : ALGORITHMS[oid];
}

/** RFC 4055 §3.1. As in Go, message and mask must use the same hash, and the salt must have its length. */
function pssAlgorithm(parameters: Buffer): SignatureAlgorithm | undefined {
  const fields = new DerReader(parameters).enter(TAG.sequence);
  const hash = fields?.enter(contextTag(0, 'constructed'))?.content(TAG.sequence);
  const mask = fields?.enter(contextTag(1, 'constructed'))?.enter(TAG.sequence);
  const saltBytes = fields?.enter(contextTag(2, 'constructed'))?.integer();
  const trailer = fields?.enter(contextTag(3, 'constructed'))?.integer() ?? 1n;
  const maskFunction = mask?.objectIdentifier();
  const maskHash = mask?.content(TAG.sequence);
  if (hash === undefined || maskHash === undefined || maskFunction !== MGF1 || trailer !== 1n)
    return undefined;
  const [hashOid, maskHashOid] = [plainOid(hash), plainOid(maskHash)];
  const known = hashOid === undefined ? undefined : PSS_HASHES[hashOid];
  return known && hashOid === maskHashOid && saltBytes === known.saltBytes
    ? secure(known.name, 'RSA')
    : undefined;
}

/** The OID of an algorithm whose parameters are absent or NULL. */
function plainOid(content: Buffer): string | undefined {
  const reader = new DerReader(content);
  const oid = reader.objectIdentifier();
  const parameters = reader.anyElement()?.whole;
  return parameters === undefined || parameters.equals(NULL) ? oid : undefined;
}

/** DER of ASN.1's NULL. */
export const NULL = Buffer.of(0x05, 0x00);
