import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Authorities, type KeyPair, type PemBlock, refusal } from './pem.js';

/** @throws UsageError when one of them is no certificate */
export function checkAuthorities({ file, certificates }: Authorities): void {
  for (const block of certificates) parseCertificate(file, block);
}

/** @throws UsageError when the certificate or the key is unusable, or they do not belong together */
export function checkKeyPair({ certFile, keyFile, certificates, key: keyBlock }: KeyPair): void {
  const leaf = parseCertificate(certFile, certificates[0]);
  const key = parseKey(keyFile, keyBlock);
  if (leaf.checkPrivateKey(key)) return;
  const sameType = leaf.publicKey.asymmetricKeyType === key.asymmetricKeyType;
  throw refusal(
    sameType
      ? 'tls: private key does not match public key'
      : 'tls: private key type does not match public key type',
    `the key in ${keyFile} does not belong to the certificate in ${certFile}: give a pair that was issued together`,
  );
}

function parseCertificate(file: string, block: PemBlock): X509Certificate {
  try {
    return new X509Certificate(block.text);
  } catch (cause) {
    const found = block.label === 'CERTIFICATE' ? 'a damaged certificate' : `a block "${block.label}"`;
    const part = block.label.endsWith('KEY') ? ' tbs' : '';
    throw refusal(
      `x509: malformed${part} certificate`,
      `${file} holds ${found} where a certificate must be`,
      cause,
    );
  }
}

function parseKey(file: string, block: PemBlock): KeyObject {
  try {
    return createPrivateKey(block.text);
  } catch {
    // No cause: nothing that has seen the key goes along with the error.
    const locked = /ENCRYPTED/.test(block.text)
      ? 'is protected by a passphrase'
      : 'is damaged or of an unknown kind';
    throw refusal('tls: failed to parse private key', `the key in ${file} ${locked}: give a plain PEM key`);
  }
}
