import { DerReader, TAG } from './der.js';
import { refuse } from './error.js';
import { NULL, readAlgorithm } from './signature-algorithm.js';

export interface PrivateKey {
  readonly type: 'RSA' | 'ECDSA' | 'Ed25519';
  /** The PEM label for the key's encoding. */
  readonly label: 'RSA PRIVATE KEY' | 'EC PRIVATE KEY' | 'PRIVATE KEY';
}

/** Key types by algorithm in PKCS #8 (RFC 5208): those that Go knows and TLS can use. */
const PRIVATE_KEY_TYPES: Readonly<Record<string, PrivateKey['type']>> = {
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.10045.2.1': 'ECDSA',
  '1.3.101.112': 'Ed25519',
};

/**
 * Detects the encoding of a private key by its structure: PKCS #1, PKCS #8 or SEC 1. The label in a file may be that of another encoding,
 * which Go accepts and TLS libraries reject. `undefined`: none of these.
 */
export function privateKeyIn(der: Buffer): PrivateKey | undefined {
  const fields = new DerReader(der).enter(TAG.sequence);
  const version = fields?.integer();
  if (fields === undefined || version === undefined) return undefined;
  if (fields.nextIs(TAG.integer)) return { type: 'RSA', label: 'RSA PRIVATE KEY' };
  if (fields.nextIs(TAG.octetString)) return { type: 'ECDSA', label: 'EC PRIVATE KEY' };
  const algorithm = fields.enter(TAG.sequence)?.objectIdentifier();
  const type = algorithm === undefined ? undefined : PRIVATE_KEY_TYPES[algorithm];
  return type && { type, label: 'PRIVATE KEY' };
}

export type PublicKey =
  | { readonly type: 'RSA'; readonly bits: number }
  | { readonly type: 'ECDSA' | 'Ed25519' | 'X25519' | 'DSA' }
  /** An algorithm that Go does not know. */
  | { readonly type: 'unknown' };

const RSA = '1.2.840.113549.1.1.1';
const ECDSA = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';
const X25519 = '1.3.101.110';
const DSA = '1.2.840.10040.4.1';

/** Bytes of one coordinate, for the curves that Go knows: P-224, P-256, P-384, P-521. */
const CURVE_COORDINATE_BYTES: Readonly<Record<string, number>> = {
  '1.3.132.0.33': 28,
  '1.2.840.10045.3.1.7': 32,
  '1.3.132.0.34': 48,
  '1.3.132.0.35': 66,
};

/** @param info content of a subjectPublicKeyInfo. The key's values are not checked: the library that uses the key does that. */
export function readPublicKey(info: Buffer): PublicKey {
  const reader = new DerReader(info);
  const algorithm = reader.content(TAG.sequence) ?? refuse('x509: malformed public key algorithm identifier');
  const { oid, parameters } = readAlgorithm(algorithm);
  const { bytes } = reader.bitString() ?? refuse('x509: malformed subjectPublicKey');
  switch (oid) {
    case RSA:
      return readRsa(bytes, parameters);
    case ECDSA:
      return readEcdsa(bytes, parameters);
    case ED25519:
      if (parameters.length > 0) refuse('x509: Ed25519 key encoded with illegal parameters');
      if (bytes.length !== 32) refuse('x509: wrong Ed25519 public key size');
      return { type: 'Ed25519' };
    case X25519:
      if (parameters.length > 0) refuse('x509: X25519 key encoded with illegal parameters');
      return { type: 'X25519' };
    case DSA:
      return { type: 'DSA' };
    default:
      return { type: 'unknown' };
  }
}

function readRsa(bytes: Buffer, parameters: Buffer): PublicKey {
  if (!parameters.equals(NULL)) refuse('x509: RSA key missing NULL parameters');
  const numbers = new DerReader(bytes).enter(TAG.sequence) ?? refuse('x509: invalid RSA public key');
  const modulus = numbers.integer() ?? refuse('x509: invalid RSA modulus');
  const exponent = numbers.integer() ?? refuse('x509: invalid RSA public exponent');
  if (modulus <= 0n) refuse('x509: RSA modulus is not a positive number');
  if (exponent <= 0n) refuse('x509: RSA public exponent is not a positive number');
  return { type: 'RSA', bits: modulus.toString(2).length };
}

function readEcdsa(bytes: Buffer, parameters: Buffer): PublicKey {
  const curve = new DerReader(parameters).objectIdentifier() ?? refuse('x509: invalid ECDSA parameters');
  const coordinateBytes = CURVE_COORDINATE_BYTES[curve] ?? refuse('x509: unsupported elliptic curve');
  const isUncompressed = bytes[0] === 4 && bytes.length === 1 + 2 * coordinateBytes;
  if (!isUncompressed) refuse('ecdsa: invalid uncompressed public key');
  return { type: 'ECDSA' };
}
