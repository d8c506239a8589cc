import { DerReader, TAG } from './der.js';

export interface PrivateKey {
  readonly type: 'RSA' | 'ECDSA' | 'Ed25519';
  /** The PEM label of the form that the key is in. */
  readonly label: 'RSA PRIVATE KEY' | 'EC PRIVATE KEY' | 'PRIVATE KEY';
}

/** Algorithms of PKCS #8 (RFC 5208) that Go knows and TLS can use. */
const ALGORITHMS: Readonly<Record<string, PrivateKey['type']>> = {
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.10045.2.1': 'ECDSA',
  '1.3.101.112': 'Ed25519',
};

/**
 * In which form a private key is, by its own structure: PKCS #1, PKCS #8 or SEC 1. Files carry the label of another form, which Go does
 * not mind but TLS libraries do. Nothing: none of these.
 */
export function privateKeyIn(der: Buffer): PrivateKey | undefined {
  const fields = new DerReader(der).enter(TAG.sequence);
  const version = fields?.integer();
  if (fields === undefined || version === undefined) return undefined;
  if (fields.nextIs(TAG.integer)) return { type: 'RSA', label: 'RSA PRIVATE KEY' };
  if (fields.nextIs(TAG.octetString)) return { type: 'ECDSA', label: 'EC PRIVATE KEY' };
  const algorithm = fields.enter(TAG.sequence)?.objectIdentifier();
  const type = algorithm === undefined ? undefined : ALGORITHMS[algorithm];
  return type && { type, label: 'PRIVATE KEY' };
}
